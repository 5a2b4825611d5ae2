"""How much memory a service needs that serves many models, and how soon each answers.

Forests of 100 trees, each different, as joblib files; all are asked once. Memory is that of the
service's processes, shared pages counted in part (PSS).

Usage: python benchmarks/many_models.py [--models 50]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import joblib
from sklearn.ensemble import RandomForestClassifier

from function_requests import free_port
from predictions_in_process import numbers
from predictions_over_http import Side, ask, make_workspace, started


def memory_mb(pid: int) -> list[float]:
    """Give the memory of a process, and of all that it started."""
    children = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    own = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return [own / 1024, *(mb for child in children for mb in memory_mb(int(child)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, default=50)
    count = parser.parse_args().models
    table, kind = numbers()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        saved = {}
        for number in range(count):
            saved[f"forest{number}"] = folder / f"{number}.joblib"
            model = RandomForestClassifier(100, random_state=number).fit(table, kind)
            joblib.dump(model, saved[f"forest{number}"])
        token = make_workspace(folder / "yard", saved)
        port = free_port()
        serve = [sys.executable, "-m", "modelyard", "serve", str(folder / "yard")]
        server = started(stack, [*serve, "--port", str(port)], folder)
        body = json.dumps(table.head(1).to_dict("records")).encode()
        sides = [
            Side(short, f"http://127.0.0.1:{port}/api/v1/models/{short}/predict", 0, token)
            for short in saved
        ]
        ask(sides[0], body)
        before = memory_mb(server.pid)
        took = []
        for side in sides[1:]:
            began = time.perf_counter()
            ask(side, body)
            took.append(1e3 * (time.perf_counter() - began))
        after = memory_mb(server.pid)
        print(f"load {os.getloadavg()[0]:.1f}")
        for asked, mbs in ((1, before), (count, after)):
            print(f"{asked} asked: {max(mbs):.0f} MB in the web process, {sum(mbs):.0f} MB in all")
        print(f"first answers: median {statistics.median(took):.0f} ms, most {max(took):.0f} ms")


if __name__ == "__main__":
    main()

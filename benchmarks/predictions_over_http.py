"""How many predictions over HTTP, against the usual ways to serve the same joblib files.

A forest (100 trees, 30 numbers), a ColumnTransformer with LogisticRegression on mixed columns, and
HistGradientBoosting, and one that no converter knows (random trees as columns of a
LogisticRegression: scikit-learn answers, many requests at a time); 1 and 100 rows per request; 1,
16 and 64 connections. All servers have one
worker, stand on the first processor and take turns; wrk stands on another. Modelyard checks a token
and every field, and counts; the others do neither:

- FastAPI: uvicorn, pandas and the estimator itself
- bare WSGI: a callable with orjson, NumPy and onnxruntime and nothing else, on one thread of
  Granian, the model converted by skl2onnx: what this machine can give at most
- Flask: the same in a view of Flask
- MLServer: its scikit-learn runtime with adaptive batching; numbers alone

The processor's time per request is what a busy machine does not change. Their packages are
installed into an environment of their own; those that cannot be installed are named and left out.

Usage: python benchmarks/predictions_over_http.py [--seconds 2] [--rounds 3] [--environments FOLDER]
           [--models forest,mixed,boosted,kept] [--connections 1,16,64] [--rows 1,100]
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import joblib

import peers
from function_requests import free_port, pinned
from modelyard import wiring
from modelyard.accounts.actor import LAPTOP
from modelyard.db.migrate import migrate
from modelyard.settings import Settings
from predictions_in_process import kept, models
from processor_time import seconds_of

NAMES = ("forest", "mixed", "boosted", "kept")
PATIENCE_S = 90.0
LUA = """
wrk.method = "POST"
local file = io.open("BODY", "rb")
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer TOKEN"
"""


@dataclass
class Side:
    """A server that is running, and what was seen of it."""

    name: str
    address: str
    pid: int
    token: str = ""
    is_tensor: bool = False
    """Whether it wants a tensor instead of records."""
    rates: list[float] = field(default_factory=list)
    costs_us: list[float] = field(default_factory=list)
    p99s_ms: list[float] = field(default_factory=list)


def make_workspace(folder: Path, saved: dict[str, Path]) -> str:
    """Put the models into a workspace with people; gives a token that may ask them."""
    (folder / "models").mkdir(parents=True)
    for name, path in saved.items():
        shutil.copy(path, folder / "models" / f"{name}.joblib")
    (folder / "modelyard.toml").write_text('[workspace]\nname = "Benchmark"\n')
    services = wiring.open_folder(folder, Settings(workspace=folder))
    records = wiring.open_records(services)
    migrate(records.database)
    wiring.open_model_folder(services, records).look()
    users, tokens = records.accounts.users, records.accounts.tokens
    user = users.add("ana@example.com", "owner", by=LAPTOP, password="kettle ocean violet 9")
    return tokens.create(user, "benchmark", ("read", "run"), by=user.as_actor())[1]


def started(stack: ExitStack, command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a server on the first processor; it ends with the stack."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("MODELYARD_")}
    env |= {"MODELYARD_RUN_WORKERS": "0", "OMP_NUM_THREADS": "1"}
    log = stack.enter_context((folder / "server.log").open("ab"))
    process = subprocess.Popen([*pinned(0), *command], cwd=folder, env=env, stdout=log, stderr=log)

    def end() -> None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()

    stack.callback(end)
    return process


def ask(side: Side, body: bytes) -> bytes:
    """Ask once, as soon as the server is ready; raises SystemExit where it never is."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {side.token}"}
    until = time.monotonic() + PATIENCE_S
    while True:
        request = urllib.request.Request(side.address, body, headers)
        try:
            answer: bytes = urllib.request.urlopen(request, timeout=10).read()
            return answer
        except OSError as fault:
            said = fault.read()[:500] if isinstance(fault, urllib.error.HTTPError) else b""
            if time.monotonic() > until:
                raise SystemExit(f"{side.name}: {fault} {said!r}") from fault
            time.sleep(0.2)


def load(side: Side, script: Path, connections: int, seconds: float) -> None:
    """Have wrk ask for some seconds, and note rate, cost and the slowest hundredth."""
    before = seconds_of(side.pid)
    command = [*pinned(1), "wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency"]
    text = subprocess.run(
        [*command, "-s", str(script), side.address], check=True, capture_output=True, text=True
    ).stdout
    cost_s = seconds_of(side.pid) - before
    rate = re.search(r"Requests/sec:\s*([\d.]+)", text)
    number = re.search(r"(\d+) requests in", text)
    slowest = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", text)
    if "Non-2xx" in text or not (rate and number and slowest) or not int(number[1]):
        raise SystemExit(f"{side.name}: {text}")
    side.rates.append(float(rate[1]))
    side.costs_us.append(1e6 * cost_s / int(number[1]))
    side.p99s_ms.append(float(slowest[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[slowest[2]])


def body_for(side: Side, table: Any, rows: int) -> bytes:
    """Write the first rows as a server wants them."""
    part = table.head(rows)
    if not side.is_tensor:
        return json.dumps(part.to_dict("records")).encode()
    values = part.to_numpy().ravel().tolist()
    tensor = {"name": "x", "shape": list(part.shape), "datatype": "FP64", "data": values}
    return json.dumps({"inputs": [tensor]}).encode()


def compare(sides: list[Side], table: Any, given: argparse.Namespace, folder: Path) -> None:
    """Have the servers take turns at every size and number of connections."""
    for rows in given.rows:
        scripts = {}
        for side in sides:
            body = folder / f"{side.name}-{rows}.json"
            body.write_bytes(body_for(side, table, rows))
            ask(side, body.read_bytes())
            scripts[side.name] = body.with_suffix(".lua")
            text = LUA.replace("BODY", str(body)).replace("TOKEN", side.token)
            scripts[side.name].write_text(text)
        for connections in given.connections:
            for side in sides:
                side.rates, side.costs_us, side.p99s_ms = [], [], []
            for _ in range(given.rounds):
                for side in sides:
                    load(side, scripts[side.name], connections, given.seconds)
            show(sides, rows, connections)


def show(sides: list[Side], rows: int, connections: int) -> None:
    """Print medians, and how many times as much the others need."""
    ours = statistics.median(sides[0].rates), statistics.median(sides[0].costs_us)
    for side in sides:
        rate, cost_us = statistics.median(side.rates), statistics.median(side.costs_us)
        ratios = f"{ours[0] / rate:6.1f} {cost_us / ours[1]:6.1f}" if side is not sides[0] else ""
        print(
            f"{rows:4} rows {connections:3} conn.  {side.name:10} {rate:9,.0f}/s"
            f" {statistics.median(side.p99s_ms):8.1f} ms {cost_us:8,.0f} us  {ratios}"
        )
    sys.stdout.flush()


def main() -> None:
    def listed(text: str) -> list[int]:
        return [int(part) for part in text.split(",")]

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--environments", type=Path, help="where the others' packages are kept")
    parser.add_argument("--models", default=",".join(NAMES))
    parser.add_argument("--connections", type=listed, default=[1, 16, 64])
    parser.add_argument("--rows", type=listed, default=[1, 100])
    given = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables, saved = {}, {}
        for short, (estimator, table) in zip(NAMES, (*models().values(), kept()), strict=True):
            tables[short], saved[short] = table, folder / f"{short}.joblib"
            joblib.dump(estimator, saved[short])
            if short in given.models.split(","):
                peers.write(folder / short, estimator, table, saved[short])
        chosen = {name: saved[name] for name in given.models.split(",")}
        token = make_workspace(folder / "yard", chosen)
        pythons = peers.installed(given.environments or folder / "environments")
        print(f"{'':16}{'':10} {'requests':>11}   99 %     processor  times: rate, processor")
        for short in chosen:
            print(f"{short}   load {os.getloadavg()[0]:.1f}")
            with ExitStack() as stack:
                port = free_port()
                serve = [sys.executable, "-m", "modelyard", "serve", str(folder / "yard")]
                ours = started(stack, [*serve, "--port", str(port)], folder)
                address = f"http://127.0.0.1:{port}/api/v1/models/{short}/predict"
                sides = [Side("Modelyard", address, ours.pid, token)]
                for peer in peers.for_model(pythons, folder / short):
                    theirs = started(stack, peer.command, folder / short)
                    side = Side(peer.name, peer.address, theirs.pid, "none", peer.is_tensor)
                    sides.append(side)
                compare(sides, tables[short], given, folder)


if __name__ == "__main__":
    main()

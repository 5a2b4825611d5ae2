"""How many requests a second a function answers, against Connexion 3 with the same document.

`/e222/sum/1/4` of the example, with a token, with the request and the answer checked: Modelyard on
Granian with one worker; Connexion 3 on uvicorn with one worker. The two take turns; each is held to
one processor where `taskset` is there, wrk to another. Connexion refuses OpenAPI 3.1, so the
document is written as 3.0 for it.

Usage: python benchmarks/function_requests.py [--seconds 5] [--rounds 3] [--connexion PYTHON]

PYTHON is an interpreter that has `connexion[flask,uvicorn]>=3`; without it a throw-away environment
is made, and where that fails only Modelyard is measured.
"""

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from modelyard import wiring
from modelyard.accounts.actor import LAPTOP
from modelyard.db.migrate import migrate
from modelyard.settings import Settings
from modelyard.workspace.starter import making
from processor_time import seconds_of

CONNECTIONS = 64
PATH = "/e222/sum/1/4"
PATHS = ("/hello", "/sum/{a}/{b}", "/mult/{a}/{b}")
"""What both serve; the example's prediction needs Modelyard."""
GUARDED = {"bearerAuth": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "guard.look"}}
GUARD = """
TOKEN = "TOKEN_HERE"
def look(token):
    return {"sub": "ana"} if token == TOKEN else None
"""
APPLICATION = """
import connexion
application = connexion.FlaskApp(__name__, specification_dir=".")
application.add_api("openapi.yml", validate_responses=True)
"""


def make_workspace(folder: Path) -> str:
    """Write the example's endpoints for a service with people; gives a token."""
    files = Path(making.__file__).parent / "files"
    for name in making.FUNCTIONS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text((files / name).read_text())
    (folder / "modelyard.toml").write_text("[functions]\ndevelopment = false\n")
    services = wiring.open_folder(folder, Settings(workspace=folder))
    records = wiring.open_records(services)
    migrate(records.database)
    users, tokens = records.accounts.users, records.accounts.tokens
    user = users.add("ana@example.com", "owner", by=LAPTOP, password="kettle ocean violet 9")
    return tokens.create(user, "benchmark", ("read",), by=user.as_actor())[1]


def make_connexion(folder: Path, workspace: Path, token: str) -> None:
    """Write the same for Connexion: OpenAPI 3.0, and the token looked at by a function."""
    shutil.copytree(workspace / "src", folder / "src")
    document = yaml.safe_load((workspace / "openapi.yml").read_text())
    document["openapi"] = "3.0.3"
    document["paths"] = {path: document["paths"][path] for path in PATHS}
    document["components"]["securitySchemes"] = GUARDED
    document["security"] = [{"bearerAuth": []}]
    (folder / "openapi.yml").write_text(yaml.safe_dump(document))
    (folder / "guard.py").write_text(GUARD.replace("TOKEN_HERE", token))
    (folder / "application.py").write_text(APPLICATION)


def find_connexion(given: str, folder: Path) -> str:
    """Give an interpreter that has Connexion 3; empty, with a word, where there is none."""
    python = given
    try:
        if not python:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
            python = str(folder / "bin" / "python")
            wanted = "connexion[flask,uvicorn]>=3,<4"
            install = [python, "-m", "pip", "install", "-q", wanted]
            subprocess.run(install, check=True, capture_output=True)
        code = "from importlib.metadata import version as v; print(v('connexion'), v('uvicorn'))"
        shown = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    except (subprocess.CalledProcessError, OSError) as fault:
        print(f"Connexion is missing and could not be installed: {fault}")
        return ""
    connexion, uvicorn = shown.stdout.split()
    print(f"Connexion {connexion} on uvicorn {uvicorn}")
    return python


@contextmanager
def running(command: list[str], folder: Path, port: int, token: str) -> Iterator[int]:
    """Run a server on the first processor until the block ends; gives the id of its process."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("MODELYARD_")}
    process = subprocess.Popen(
        [*pinned(0), *command], cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=sys.stderr
    )
    try:
        wait_until_ready(port, token)
        yield process.pid
    finally:
        process.terminate()
        process.wait(15)


def wait_until_ready(port: int, token: str) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{PATH}", headers={"Authorization": f"Bearer {token}"}
    )
    until = time.monotonic() + 30
    while True:
        try:
            answer = urllib.request.urlopen(request, timeout=5).read().strip()
            if answer != b"5":
                raise SystemExit(f"{PATH} was answered with {answer!r}")
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def measure(port: int, token: str, seconds: int, pid: int) -> tuple[float, float]:
    """Give the requests a second, and the processor's microseconds for each.

    Raises SystemExit where one was not answered with 200.
    """
    before = seconds_of(pid)
    command = [
        *(*pinned(1), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"),
        *("-H", f"Authorization: Bearer {token}", f"http://127.0.0.1:{port}{PATH}"),
    ]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(text)
    rate = re.search(r"Requests/sec:\s*([\d.]+)", text)
    number = re.search(r"(\d+) requests in", text)
    assert rate and number, text
    return float(rate[1]), 1e6 * (seconds_of(pid) - before) / int(number[1])


def pinned(processor: int) -> list[str]:
    has_two = (os.cpu_count() or 1) > 1
    return ["taskset", "-c", str(processor)] if has_two and shutil.which("taskset") else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connexion", default="", help="an interpreter that has Connexion 3")
    given = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing.")
    best = {"Modelyard": 0.0, "Connexion": 0.0}
    costs: dict[str, list[float]] = {name: [] for name in best}
    with tempfile.TemporaryDirectory() as name:
        yard, other = Path(name, "yard"), Path(name, "connexion")
        yard.mkdir()
        other.mkdir()
        token = make_workspace(yard)
        make_connexion(other, yard, token)
        python = find_connexion(given.connexion, Path(name, "environment"))
        for _ in range(given.rounds):
            for who in best if python else ("Modelyard",):
                port = free_port()
                serve = [sys.executable, "-m", "modelyard", "serve", str(yard), "--port", str(port)]
                uvicorn = [python, "-m", "uvicorn", "--no-access-log", "--log-level", "error"]
                theirs = [*uvicorn, "--port", str(port), "application:application"]
                is_ours = who == "Modelyard"
                with running(serve if is_ours else theirs, other, port, token) as pid:
                    measure(port, token, 1, pid)
                    rate, cost_us = measure(port, token, given.seconds, pid)
                best[who] = max(best[who], rate)
                costs[who].append(cost_us)
                told = f"{rate:8,.0f} requests/s, {cost_us:6,.0f} µs of processor each"
                print(f"{who:10} {told}   load {os.getloadavg()[0]:.1f}")
    print(f"best: Modelyard {best['Modelyard']:,.0f} requests/s", end="")
    ratio = best["Modelyard"] / best["Connexion"] if best["Connexion"] else 0
    print(f", Connexion {best['Connexion']:,.0f}: {ratio:.1f} times as many" if ratio else "")
    if ratio:
        ours, theirs_us = (statistics.median(costs[name]) for name in best)
        print(f"processor per request: {ours:.0f} and {theirs_us:.0f} µs: {theirs_us / ours:.1f}")


if __name__ == "__main__":
    main()

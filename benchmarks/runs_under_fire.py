"""Many tiny runs while workers are killed: does each end once?

    python benchmarks/runs_under_fire.py [--runs 10000] [--clients 16] [--workers 4] [--web 4]

Starts a Postgres server, `modelyard serve` with several web processes and none of its own workers,
and `modelyard worker` processes of which one is killed with SIGKILL at random every few seconds and
started again. Clients submit runs of the kind `echo` by `POST /api/v1/runs`. In the end every run
must have succeeded, with one result and one event that says so.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "servers"), str(ROOT / "src")]
WITHIN_S = 900


@dataclass
class Fire:
    """Workers, one of which dies now and then."""

    folder: Path
    environ: dict[str, str]
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    kills: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def start(self, number: int) -> None:
        self.processes = [self._worker() for _ in range(number)]

    def burn(self, every_s: float) -> None:
        while not self.is_over.wait(random.uniform(0.5, 1.5) * every_s):
            place = random.randrange(len(self.processes))
            self.processes[place].send_signal(signal.SIGKILL)
            self.processes[place].wait()
            self.kills += 1
            self.processes[place] = self._worker()

    def stop(self) -> None:
        self.is_over.set()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)

    def _worker(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "modelyard", "worker", str(self.folder)]
        log = (self.folder.parent / "workers.log").open("ab")
        return subprocess.Popen(command, env=self.environ, stdout=log, stderr=log)


def submit(port: int, numbers: range) -> list[str]:
    """Ask for one run per number over one connection; a lost answer is asked for again."""
    ids = []
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for number in numbers:
        body = json.dumps({"kind": "echo", "request": {"text": str(number)}})
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"fire-{number}"}
        while True:
            try:
                connection.request("POST", "/api/v1/runs", body, headers)
                answer = connection.getresponse()
                content = answer.read()
            except OSError:
                connection.close()
                continue
            if answer.status == 202:
                ids.append(json.loads(content)["id"])
                break
            if answer.status < 500:
                raise SystemExit(f"{answer.status}: {content.decode()}")
            time.sleep(0.2)
    return ids


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_ready(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the service did not start")


def verify(url: str, ids: list[str]) -> list[str]:
    """Give what is wrong with the runs; nothing where each ended once."""
    import psycopg

    with psycopg.connect(url) as database:

        def one(question: str) -> int:
            row = database.execute(question.encode()).fetchone()
            return int(row[0]) if row else 0

        found = {
            "runs": one("SELECT count(*) FROM runs"),
            "succeeded": one("SELECT count(*) FROM runs WHERE state = 'succeeded'"),
            "results": one("SELECT count(*) FROM run_results"),
            "ends": one("SELECT count(*) FROM run_events WHERE kind = 'completed'"),
            "texts": one("SELECT count(DISTINCT request->>'text') FROM runs"),
        }
        again = one("SELECT count(*) FROM runs WHERE attempt > 1")
        begun = one(
            "SELECT sum((SELECT count(*) FROM run_events e WHERE e.run_id = r.id "
            "AND e.kind = 'start')) FROM runs r"
        )
    print(f"begun {begun} times; taken from dead workers, or begun there: {again}")
    faults = [f"{name}: {n}, not {len(ids)}" for name, n in found.items() if n != len(ids)]
    return faults + (["an id was given twice"] if len(set(ids)) != len(ids) else [])


def wait_over(url: str, number: int) -> None:
    import psycopg

    until = time.monotonic() + WITHIN_S
    question = b"SELECT count(*) FROM runs WHERE ended_at IS NOT NULL"
    with psycopg.connect(url, autocommit=True) as database:
        while time.monotonic() < until:
            row = database.execute(question).fetchone()
            if row and row[0] >= number:
                return
            time.sleep(0.25)
    print(f"not over after {WITHIN_S} s")


def run(asked: argparse.Namespace, folder: Path) -> int:
    from postgres_server import postgres_server

    durable = ("max_connections=200",) if asked.durable else ()
    with postgres_server(*durable) as server:
        url = server.make_database("fire")
        yard = folder / "yard"
        yard.mkdir()
        environ = os.environ | {
            "PYTHONPATH": str(ROOT / "src"),
            "MODELYARD_DATABASE_URL": url,
            "MODELYARD_RUN_WORKERS": "0",
            "MODELYARD_STATE": str(folder / "state"),
        }
        port = free_port()
        serve = [sys.executable, "-m", "modelyard", "serve", str(yard), "--port", str(port)]
        web = subprocess.Popen([*serve, "--workers", str(asked.web)], env=environ)
        fire = Fire(yard, environ)
        try:
            wait_ready(port)
            fire.start(asked.workers)
            threading.Thread(target=fire.burn, args=(asked.kill_every,), daemon=True).start()
            began = time.monotonic()
            parts = [range(n, asked.runs, asked.clients) for n in range(asked.clients)]
            with ThreadPoolExecutor(asked.clients) as pool:
                ids = [each for part in pool.map(lambda p: submit(port, p), parts) for each in part]
            submitted = time.monotonic() - began
            wait_over(url, asked.runs)
            took = time.monotonic() - began
        finally:
            fire.stop()
            web.terminate()
            web.wait(30)
        print(f"{len(ids)} runs asked for in {submitted:.1f} s ({len(ids) / submitted:.0f}/s)")
        print(
            f"all over after {took:.1f} s ({len(ids) / took:.0f}/s), workers killed: {fire.kills}"
        )
        faults = verify(url, ids)
    log = (folder / "workers.log").read_text()
    for line in log.splitlines()[-8:] if faults else ():
        print(line)
    for fault in faults:
        print(f"WRONG: {fault}")
    print("every run ended once" if not faults else "NOT every run ended once")
    return 1 if faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--web", type=int, default=4)
    parser.add_argument("--kill-every", type=float, default=4.0)
    parser.add_argument("--durable", action="store_true", help="Postgres as it is by default")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        return run(parser.parse_args(), Path(folder))


if __name__ == "__main__":
    raise SystemExit(main())

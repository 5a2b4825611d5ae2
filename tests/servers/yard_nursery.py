"""Begins workers by fork, in a process that has loaded all that they need: they are there at once.

As a program it takes a line of JSON for each deed, and answers each with a line.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parents[1] / "src"


class Nursery:
    """The process that begins workers, and knows how they ended."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "yard_nursery.py")],
            env=os.environ | {"PYTHONPATH": str(SOURCES)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._lock = threading.Lock()

    def begin(self, url: str, folder: Path, environ: Mapping[str, str]) -> "YardWorker":
        """Begin a worker; what it says goes into `workers.log` of the folder."""
        asked = {"url": url, "folder": str(folder), "environ": {**os.environ, **environ}}
        return YardWorker(int(self.ask(asked)), self)

    def ask(self, asked: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


@cache
def nursery() -> Nursery:
    """Give the one nursery of this process; it ends when this process does."""
    return Nursery()


@dataclass
class YardWorker:
    """A worker process, in the words of `subprocess.Popen`."""

    pid: int
    nursery: Nursery = field(repr=False)
    returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.nursery.ask({"pid": self.pid})
        return self.returncode

    def wait(self, seconds: float = 30.0) -> int:
        until = time.monotonic() + seconds
        while (code := self.poll()) is None:
            assert time.monotonic() < until, f"worker {self.pid} did not end"
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def serve() -> None:
    """Do what the lines say, until there are no more."""
    for line in sys.stdin:
        asked = json.loads(line)
        told = _begun(asked) if "url" in asked else _code(asked["pid"])
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _begun(asked: Mapping[str, Any]) -> int:
    assert threading.active_count() == 1
    pid = os.fork()
    if pid == 0:
        try:
            _work(asked)
        finally:
            os._exit(70)
    return pid


def _work(asked: Mapping[str, Any]) -> None:
    log = os.open(f"{asked['folder']}/workers.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((0, nothing), (1, log), (2, log)):
        os.dup2(theirs, ours)
    os.environ.clear()
    os.environ.update(asked["environ"], PYTHONPATH=str(SOURCES))
    program = str(HERE / "yard_worker.py")
    sys.orig_argv[:] = [sys.executable, program, asked["url"], asked["folder"]]  # to begin anew

    import yard_worker

    yard_worker.begin(asked["url"], asked["folder"])


def _code(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


if __name__ == "__main__":
    import alembic.command  # noqa: F401
    import sqlalchemy.dialects.postgresql.psycopg
    import sqlalchemy.dialects.sqlite.pysqlite  # noqa: F401
    import yard_worker  # noqa: F401

    import modelyard.runs.working  # noqa: F401

    serve()

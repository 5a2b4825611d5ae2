"""A service of one process with a bounded queue, whose answers take a known time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_fleet import ask, free_port, wait_until

DOCUMENT = """
openapi: 3.1.0
info: {title: answering, version: "1"}
paths:
  /answer:
    get:
      operationId: answering.answer
      responses: {"200": {description: done, content: {application/json: {}}}}
"""
WAITS = """
import time

def answer():
    time.sleep(0.05)
    return 1
"""
COMPUTES = """
import time

def answer():
    until = time.thread_time() + 0.02
    while time.thread_time() < until:
        sum(range(2000))
    return 1
"""


@contextmanager
def overloaded_yard(
    folder: Path, work: str, threads: int = 4, waiting: int = 8
) -> Iterator[tuple[str, int]]:
    """Serve it; gives its address and the process."""
    yard = folder / "yard"
    yard.mkdir()
    (yard / "openapi.yml").write_text(DOCUMENT)
    (yard / "answering.py").write_text(WAITS if work == "waits" else COMPUTES)
    port = free_port()
    environ = os.environ | {
        "MODELYARD_STATE": str(folder / "state"),
        "MODELYARD_RUN_WORKERS": "0",
        "MODELYARD_THREADS": str(threads),
        "MODELYARD_WAITING": str(waiting),
    }
    command = [sys.executable, "-m", "modelyard", "serve", str(yard), "--port", str(port)]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: bool(ask(f"{address}/health/ready")))
        yield address, process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()

"""A worker in a process of its own, as `modelyard worker` is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def run_worker(folder: Path, state: Path, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Work for a folder until the block ends; `settings` are variables of the environment."""
    variables = {"MODELYARD_STATE": str(state), **settings}
    command = [sys.executable, "-m", "modelyard", "worker", str(folder)]
    state.mkdir(parents=True, exist_ok=True)
    with (state / "worker.log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | variables, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)

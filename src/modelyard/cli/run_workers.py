"""The workers for runs that `modelyard serve` starts, and starts again when they end."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import click

HEAD_START_S = 0.5
"""By how much pages come before workers, which load as much again."""
LOOK_S = 0.25
PAUSES_S = (0.5, 30.0)
"""Before a worker is started again: at first, and at most where it ends again and again."""
STEADY_S = 60.0
"""A worker that lived so long is started again at once."""
GRACE_S = 10.0


@contextmanager
def run_workers(number: int, environ: Mapping[str, str]) -> "Iterator[RunWorkers]":
    """Have workers at work, in this environment, while the block lasts."""
    workers = RunWorkers(number, environ)
    workers.start()
    try:
        yield workers
    finally:
        workers.stop()


@dataclass
class RunWorkers:
    """So many worker processes, each started again when it ends."""

    number: int
    environ: Mapping[str, str]
    _processes: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start them, and look after them from now on."""
        for place in range(self.number):
            threading.Thread(target=self._keep, args=(place,), daemon=True).start()

    def ask_to_end(self) -> None:
        """Have them begin to hand over what they do; does not wait."""
        self._stopping.set()
        for process in list(self._processes.values()):
            process.terminate()

    def stop(self) -> None:
        """End them in good order: what they do is handed over."""
        self.ask_to_end()
        processes = list(self._processes.values())
        until = time.monotonic() + GRACE_S
        for process in processes:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()

    def _keep(self, place: int) -> None:
        pause = PAUSES_S[0]
        self._stopping.wait(HEAD_START_S)
        while not self._stopping.is_set():
            began = time.monotonic()
            process = self._processes[place] = self._started()
            while process.poll() is None:
                time.sleep(LOOK_S)
            if self._stopping.is_set():
                return
            click.echo(f"A worker for runs ended ({process.returncode}); another begins.", err=True)
            pause = PAUSES_S[0] if time.monotonic() - began > STEADY_S else pause
            self._stopping.wait(pause)
            pause = min(2 * pause, PAUSES_S[1])

    def _started(self) -> "subprocess.Popen[bytes]":
        """Start one, out of reach of the terminal's Ctrl-C: it is for us to end it."""
        command = [sys.executable, "-m", "modelyard", "worker", "--parent", str(os.getpid())]
        return subprocess.Popen(command, env=dict(self.environ), start_new_session=True)

"""Asking worker processes: models run there, within limits, and never in the process that asks.

IronCalc keeps Python's lock while it works, and models are anybody's code: they may hang, end the
process or eat memory. A worker that does so is ended and replaced; who asked is told.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from modelyard.errors import ModelyardError, Unavailable
from modelyard.processes.frames import read_frame, write_frame
from modelyard.processes.kept import KeptProcess, KeptProcesses, python_module
from modelyard.progress import Progress, silent
from modelyard.runs.fault import Fault
from modelyard.scenarios.asked import Question
from modelyard.scenarios.sources import Stamp, code_stamp

MEBIBYTE = 1024 * 1024
LOOK_S = 0.5


class Stopped(Exception):
    """Who asked does not want the answer any more."""


@dataclass(frozen=True)
class Bounds:
    """What one question may take."""

    timeout_s: float = 30.0
    memory_mib: int = 1024
    at_once: int = 4
    """Questions at one time, per process that asks; one model has all of them but one."""
    patience_s: float = 5.0
    """How long somebody waits for a worker while all are at work."""


@dataclass(frozen=True)
class Hearing:
    """What who asks wants to hear, and say, while a worker is at work."""

    progress: Progress = silent
    is_stopped: Callable[[], bool] = lambda: False
    timeout_s: float | None = None
    patience_s: float | None = None
    """How long to wait for a worker, where that is not as long as others do."""


NO_HEARING = Hearing()


def worker_command(folder: Path, memory_mib: int) -> tuple[str, ...]:
    """Give the command that starts a worker for the models of a workspace."""
    memory_bytes = str(memory_mib * MEBIBYTE)
    return python_module("modelyard.scenarios.worker", str(folder), memory_bytes)


@dataclass(eq=False)
class Asking:
    """The workers of one workspace. Threads may share it."""

    folder: Path
    processes: KeptProcesses
    bounds: Bounds = field(default_factory=Bounds)
    _places: threading.BoundedSemaphore = field(init=False)
    _places_of: dict[str, threading.BoundedSemaphore] = field(default_factory=dict)
    _code: Stamp = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._places = threading.BoundedSemaphore(self.bounds.at_once)
        self._code = code_stamp(self.folder)

    def ask(self, asked: Question, hearing: Hearing = NO_HEARING) -> tuple[Any, bytes]:
        """Have a worker answer: plain values, and a file where one was asked for.

        Raises what the answer raises; Unavailable where the model takes too long or too much
        memory, where it ends the process, and where too many are at work; Stopped.
        """
        where = asked.spec.file or f"scenarios/{asked.spec.name}"
        with (
            self._place(where, self._of(where), hearing),
            self._place(where, self._places, hearing),
        ):
            self._retire()
            code, worker = self._code, self.processes.take()
            try:
                letter, content, file = self._asked(worker, asked, hearing)
            except BaseException as error:  # noqa: BLE001 (the worker cannot be used again)
                worker.end()
                raise self._words(where, error, worker, hearing) from None
            self._give_back(worker, code)
        if letter == b"K":
            raise msgspec.json.decode(content, type=Fault).to_error()
        return json.loads(content), file

    def _of(self, where: str) -> threading.BoundedSemaphore:
        """Give the places of one model: one that hangs leaves a worker for the others."""
        with self._lock:
            most = max(1, self.bounds.at_once - 1)
            return self._places_of.setdefault(where, threading.BoundedSemaphore(most))

    @contextmanager
    def _place(
        self, where: str, places: threading.BoundedSemaphore, hearing: Hearing
    ) -> Iterator[None]:
        until = time.monotonic() + (hearing.patience_s or self.bounds.patience_s)
        while not places.acquire(timeout=max(0.0, min(LOOK_S, until - time.monotonic()))):
            if hearing.is_stopped():
                raise Stopped
            if time.monotonic() >= until:
                why = "too many questions are being worked out already."
                raise Unavailable(where, why, "Try again in a moment.")
        try:
            yield
        finally:
            places.release()

    def stop(self) -> None:
        """End the workers that wait."""
        self.processes.stop()

    def _retire(self) -> None:
        """End workers that have imported code which has changed since."""
        now = code_stamp(self.folder)
        with self._lock:
            if now != self._code:
                self._code = now
                self.processes.stop()

    def _give_back(self, worker: KeptProcess, code: Stamp) -> None:
        if code == self._code:
            self.processes.give_back(worker)
        else:
            worker.end()

    def _asked(
        self, worker: KeptProcess, asked: Question, hearing: Hearing
    ) -> tuple[bytes, bytes, bytes]:
        until = time.monotonic() + (hearing.timeout_s or self.bounds.timeout_s)

        def watch() -> None:
            if worker.resident_bytes() > self.bounds.memory_mib * MEBIBYTE:
                raise MemoryError
            if hearing.is_stopped():
                raise Stopped

        write_frame(worker.ears, b"Q", msgspec.msgpack.encode(asked))
        while True:
            letter, content = read_frame(worker.mouth, until, watch)
            if letter == b"P":
                done, label = json.loads(content)
                hearing.progress(done, label)
            elif letter == b"A":
                return letter, content, read_frame(worker.mouth, until, watch)[1]
            else:
                return letter, content, b""

    def _words(
        self, where: str, error: BaseException, worker: KeptProcess, hearing: Hearing
    ) -> BaseException:
        if isinstance(error, TimeoutError):
            limit_s = hearing.timeout_s or self.bounds.timeout_s
            return Unavailable(where, f"did not finish within {limit_s:g} seconds.")
        if isinstance(error, MemoryError):
            return Unavailable(where, f"took more than {self.bounds.memory_mib} MiB of memory.")
        if isinstance(error, EOFError | BrokenPipeError | ConnectionError):
            code = worker.process.returncode
            return Unavailable(where, f"ended the process that worked it out ({code}).")
        if isinstance(error, ModelyardError | Stopped) or not isinstance(error, Exception):
            return error
        return Unavailable(where, f"gave no answer that can be read: {type(error).__name__}.")

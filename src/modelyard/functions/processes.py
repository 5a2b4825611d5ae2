"""Worker processes for functions that must not share ours: they may hang, end, or eat memory.

A worker calls one function at a time. One that takes too long, grows beyond its limit or ends is
replaced, and nobody but its own visitor notices.
"""

import pickle
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from modelyard.errors import ModelyardError
from modelyard.functions.binder import Values
from modelyard.functions.faults import FunctionFailed, RequestFault, failed
from modelyard.functions.fitting import Offer
from modelyard.functions.hands import Places, take_place, timed_out
from modelyard.functions.outcome import Outcome
from modelyard.functions.shaping import Counters
from modelyard.processes.frames import read_frame, write_frame
from modelyard.processes.kept import KeptProcess, KeptProcesses, python_module
from modelyard.runs.fault import Fault

MEBIBYTE = 1024 * 1024


def command(folder: Path, memory_bytes: int) -> tuple[str, ...]:
    """Give the command that starts a worker of a workspace, with the Python that runs now."""
    return python_module("modelyard.function_calls", str(folder), str(memory_bytes))


@dataclass(frozen=True)
class Job:
    """One call, as a worker gets it. Only this process writes it, so it may be pickled."""

    controller: str
    function: str
    offers: tuple[Offer, ...]
    place: str
    values: Values
    asker: object


@dataclass(eq=False)
class ProcessRunner:
    """Calls one function in a worker, within its limits."""

    name: str
    place: str
    workers: KeptProcesses
    timeout_s: float
    at_once: int
    memory_bytes: int
    counters: Counters
    _places: Places = field(init=False)

    def __post_init__(self) -> None:
        self._places = Places(self.at_once)

    def run(self, job: Job) -> Outcome:
        """Have a worker make the call.

        Raises what the function raised of ours, FunctionFailed for all else, TimedOut, and
        Unavailable where too many are at work.
        """
        take_place(self._places, self.name, self.at_once, self.counters)
        try:
            worker = self.workers.take()
        except BaseException:
            self._places.give()
            raise
        try:
            write_frame(worker.ears, b"J", pickle.dumps(job))
            letter, content = self._read(worker)
        except BaseException as error:  # noqa: BLE001 (the worker cannot be used again)
            worker.end()
            self._places.give()
            raise self._words(error, worker) from None
        if letter == b"S":
            outcome = msgspec.msgpack.decode(content, type=Outcome)
            return _streamed(outcome, self._stream(worker))
        self._release(worker)
        return self._result(letter, content)

    def _release(self, worker: KeptProcess) -> None:
        self.workers.give_back(worker)
        self._places.give()

    def _read(self, worker: KeptProcess) -> tuple[bytes, bytes]:
        def watch() -> None:
            if worker.resident_bytes() > self.memory_bytes:
                raise MemoryError

        return read_frame(worker.mouth, time.monotonic() + self.timeout_s, watch)

    def _stream(self, worker: KeptProcess) -> Iterator[bytes]:
        """Pass on what the worker sends; one whose reader goes away is ended."""
        is_whole = False
        try:
            while True:
                try:
                    letter, content = self._read(worker)
                except Exception as error:  # noqa: BLE001 (as above)
                    raise self._words(error, worker) from None
                if letter != b"C":
                    break
                yield content
            is_whole = True
            if letter != b"E":
                self._result(letter, content)
        finally:
            if is_whole:
                self.workers.give_back(worker)
            else:
                worker.end()
            self._places.give()

    def _result(self, letter: bytes, content: bytes) -> Outcome:
        if letter == b"O":
            outcome = msgspec.msgpack.decode(content, type=Outcome)
            if outcome.sort == "file":
                return Outcome("file", Path(outcome.content), outcome.status, outcome.headers)
            return outcome
        if letter == b"R":
            raise RequestFault(*msgspec.msgpack.decode(content))
        if letter == b"K":
            raise msgspec.msgpack.decode(content, type=Fault).to_error()
        self.counters.failures += 1
        raise failed(self.name, self.place, content.decode("utf-8", "replace"))

    def _words(self, error: BaseException, worker: KeptProcess) -> BaseException:
        if isinstance(error, TimeoutError):
            self.counters.timeouts += 1
            return timed_out(self.name, self.timeout_s)
        self.counters.failures += 1
        if isinstance(error, MemoryError):
            mebibytes = self.memory_bytes // MEBIBYTE
            return _ended(self, f"it took more than its {mebibytes} MiB of memory")
        if isinstance(error, EOFError | BrokenPipeError):
            return _ended(self, f"its process ended ({worker.process.returncode})")
        if isinstance(error, ModelyardError) or not isinstance(error, Exception):
            return error
        return failed(self.name, self.place, error)


def _streamed(outcome: Outcome, stream: Iterator[bytes]) -> Outcome:
    return Outcome("stream", stream, outcome.status, outcome.headers)


def _ended(runner: ProcessRunner, why: str) -> FunctionFailed:
    fault = failed(runner.name, runner.place, why)
    return FunctionFailed(runner.name, f"{why}, and was replaced.", fault_id=fault.fault_id)


def job_of(content: bytes) -> Any:
    """Read a call that the process above has written."""
    return pickle.loads(content)  # noqa: S301 (nobody else can write to this pipe)

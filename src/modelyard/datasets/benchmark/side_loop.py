"""The loop of a child process: import one library, then answer questions until stdin closes."""

import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from queue import SimpleQueue
from typing import BinaryIO, Protocol

import msgspec

from modelyard.datasets.benchmark.figures import Task
from modelyard.datasets.benchmark.messages import (
    Answer,
    Failed,
    MakePlan,
    Perform,
    Performed,
    Planned,
    Prepare,
    Prepared,
    Question,
    Ready,
)
from modelyard.datasets.benchmark.peak import find_peak_bytes
from modelyard.datasets.benchmark.plan import Plan, TaskName
from modelyard.datasets.benchmark.request import BenchmarkInput
from modelyard.errors import Invalid


class SideTasks(Protocol):
    """One library's tasks on one table."""

    notes: list[str]

    def table(self) -> Mapping[TaskName, Task]:
        """Return the tasks by name."""


@dataclass(frozen=True)
class Library:
    """An imported library: its versions, its tasks and, for Polars, how to make the plan."""

    versions: Mapping[str, str]
    prepare: Callable[[BenchmarkInput, Plan], SideTasks]
    make_plan: Callable[[BenchmarkInput], Plan] | None = None


def serve(load: Callable[[], Library]) -> None:
    """Import the library by `load` and answer questions for as long as the parent lives.

    Answers go to the original stdout; whatever a library prints goes to stderr.
    """
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    questions = _questions(_start_listening())
    started = time.perf_counter()
    library = load()
    import_s = time.perf_counter() - started
    _send(channel, Ready(import_s, find_peak_bytes(), dict(library.versions)))
    desk = _Desk(library)
    for question in questions:
        _send(channel, desk.answer(question))


class _Desk:
    """Answers the questions, one after the other."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._tasks: SideTasks | None = None

    def answer(self, question: Question) -> Answer:
        """Return the answer; faults of the library become Failed."""
        try:
            return self._do(question)
        except MemoryError:
            return Failed("memory", "memory ran out")
        except Invalid as fault:
            return Failed("table", fault.why, fault.where)
        except Exception as fault:  # noqa: BLE001 the loop of a child: any fault is reported
            first_line = (str(fault).strip().splitlines() or [""])[0]
            return Failed("error", f"{type(fault).__name__}: {first_line}")

    def _do(self, question: Question) -> Answer:
        if isinstance(question, MakePlan):
            if self._library.make_plan is None:
                raise Invalid("benchmark", "this side makes no plan.")
            return Planned(self._library.make_plan(question.files))
        if isinstance(question, Prepare):
            self._tasks = self._library.prepare(question.files, question.plan)
            return Prepared()
        return self._perform(question)

    def _perform(self, question: Perform) -> Performed:
        if self._tasks is None:
            raise Invalid("benchmark", "a task was asked for before its table.")
        task = self._tasks.table()[question.task]
        gc.collect()
        started = time.perf_counter()
        tell = task()
        elapsed_s = time.perf_counter() - started
        peak_bytes = find_peak_bytes()
        return Performed(elapsed_s, tell(), peak_bytes, tuple(self._tasks.notes))


def _send(channel: BinaryIO, answer: Answer) -> None:
    channel.write(msgspec.json.encode(answer) + b"\n")
    channel.flush()


def _start_listening() -> SimpleQueue[bytes]:
    """Listen in a thread, so that a closed stdin ends this process even amid long work."""
    lines: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    return lines


def _listen(lines: SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        lines.put(line)
    os._exit(0)


def _questions(lines: SimpleQueue[bytes]) -> Iterator[Question]:
    decoder: msgspec.json.Decoder[Question] = msgspec.json.Decoder(Question)
    while True:
        yield decoder.decode(lines.get())

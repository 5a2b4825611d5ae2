"""The parent's hold on one child process."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Literal, TypeVar

import msgspec

from modelyard.datasets.benchmark.messages import (
    Answer,
    Failed,
    Performed,
    Planned,
    Prepared,
    Question,
    Ready,
)
from modelyard.datasets.benchmark.time_limit import TimeLimit
from modelyard.errors import Invalid, ModelyardError, Unavailable

SideName = Literal["polars", "pandas"]
_TITLES: dict[SideName, str] = {"polars": "Polars", "pandas": "pandas"}
_SMALLER = "Benchmark a smaller table, or give the machine more memory."
_KILLED = -9
_OUT_OF_MEMORY = ("memory allocation of ", "std::bad_alloc", "MemoryError")
_DECODER: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)

AnswerT = TypeVar("AnswerT", Ready, Planned, Prepared, Performed)


@contextmanager
def start_side(name: SideName, limit: TimeLimit) -> Iterator["SideProcess"]:
    """Start the child process of one side; leaving the `with` ends it."""
    # -P: a file pandas.py in the folder the caller stands in is not the library
    argv = [sys.executable, "-P", "-m", f"modelyard.datasets.benchmark.{name}_side"]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints
        ) as child,
    ):
        limit.watch(child.kill)
        try:
            yield SideProcess(_TITLES[name], child, complaints, limit)
        finally:
            child.kill()
            child.communicate()


class SideProcess:
    """One side at work: is asked, answers, and says in words why it cannot."""

    def __init__(
        self, title: str, child: subprocess.Popen[bytes], complaints: IO[bytes], limit: TimeLimit
    ) -> None:
        self._title = title
        self._child = child
        self._complaints = complaints
        self._limit = limit

    def ask(self, question: Question, expected: type[AnswerT], doing: str) -> AnswerT:
        """Send a question and return its answer; raises like `hear`."""
        pipe = self._child.stdin
        try:
            if pipe is not None:
                pipe.write(msgspec.json.encode(question) + b"\n")
                pipe.flush()
        except BrokenPipeError:
            raise self._death(doing) from None
        return self.hear(expected, doing)

    def hear(self, expected: type[AnswerT], doing: str) -> AnswerT:
        """Return the next answer, which must be of the kind `expected`.

        `doing` says for messages what the side is at. Raises Invalid when the table cannot be
        used, Unavailable when the side failed, died, ran out of memory or out of time.
        """
        line = self._child.stdout.readline() if self._child.stdout else b""
        if not line.endswith(b"\n"):
            raise self._death(doing)
        answer = _DECODER.decode(line)
        if isinstance(answer, Failed):
            raise self._failure(answer, doing)
        if not isinstance(answer, expected):
            raise Unavailable("benchmark", f"{self._title} answered out of turn during {doing}.")
        return answer

    def _failure(self, failed: Failed, doing: str) -> ModelyardError:
        if failed.kind == "table":
            return Invalid(failed.where, failed.message)
        if failed.kind == "memory":
            why = f"{self._title} ran out of memory during {doing}."
            return Unavailable("benchmark", why, _SMALLER)
        return Unavailable("benchmark", f"{self._title} failed during {doing}: {failed.message}")

    def _death(self, doing: str) -> Unavailable:
        """Say why the child is gone."""
        status = self._child.wait()
        if self._limit.is_over:
            why = f"the time limit of {self._limit.limit_s:g} s passed while {self._title} was at"
            cure = "Benchmark a smaller table, or repeat less often."
            return Unavailable("benchmark", f"{why} {doing}.", cure)
        if status == _KILLED:
            why = f"the {self._title} process was killed during {doing}, as a system short of"
            return Unavailable("benchmark", f"{why} memory does.", _SMALLER)
        self._complaints.seek(0)
        words = self._complaints.read().decode(errors="replace")
        if any(sign in words for sign in _OUT_OF_MEMORY):
            why = f"{self._title} ran out of memory during {doing}."
            return Unavailable("benchmark", why, _SMALLER)
        lines = words.strip().splitlines()
        last = f": {lines[-1]}" if lines else "."
        why = f"the {self._title} process ended with status {status} during {doing}{last}"
        return Unavailable("benchmark", why)

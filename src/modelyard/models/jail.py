"""A child process that may compute and nothing else: no file, network, process, nor much memory."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

import msgspec

from modelyard.errors import ModelyardError, Unavailable
from modelyard.models.messages import FAULT, Late, read_fault, read_within, write_within
from modelyard.models.seccomp import Machine, find_machine

MEBIBYTE = 1024 * 1024
BOOT = (
    "import sys; sys.path[:0] = {paths!r}; from modelyard.models.jailed import main; main({life})"
)
SINGLE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a child in the jail may take."""

    memory_bytes: int = 2048 * MEBIBYTE
    """Memory on top of the libraries'."""
    cpu_s: int = 120
    """Seconds of the processor in its whole life; 0 for a worker, which is timed per answer."""
    wall_s: float = 180.0
    """Seconds until an answer is given up."""
    answer_bytes: int = 2048 * MEBIBYTE


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What a child gets ready before its doors close."""

    task: str
    """A module with `get_ready(options)`, which gives a function from a message to an answer."""
    options: dict[str, object] = {}
    limits: Limits = Limits()
    is_open: bool = False
    """Whether the doors stay open, where this machine has no filter and somebody said so."""


class Crashed(Unavailable):
    """The child ended instead of answering."""


class Jail:
    """One child process, asked one question at a time. It is started by the first question."""

    def __init__(
        self,
        task: str,
        options: dict[str, object] | None = None,
        limits: Limits | None = None,
        *,
        unconfined_ok: bool = False,
    ) -> None:
        """Name the work; Unavailable is raised where this machine cannot confine a process.

        `unconfined_ok` starts the child without the filter there, which trusts the file.
        """
        is_open = refuse_unconfined(find_machine(), unconfined_ok)
        self.limits = limits or Limits()
        self._setup = Setup(task=task, options=options or {}, limits=self.limits, is_open=is_open)
        self._child: subprocess.Popen[bytes] | None = None
        self._life = -1

    def __enter__(self) -> "Jail":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        """Whether a child is there that can be asked."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """The number of the child's process, 0 where there is none."""
        return self._child.pid if self._child is not None else 0

    def ask(self, question: bytes, wall_s: float | None = None) -> bytes:
        """Give the child's answer.

        Raises what the child raised, and Crashed where it ended or took too long; the next
        question starts another.
        """
        if not self.is_running:
            self.start()
        return self._exchange(question, wall_s or self.limits.wall_s)

    def start(self) -> None:
        """Start the child and wait until its doors are closed.

        Raises Unavailable where that cannot be done.
        """
        self.close()
        readable, self._life = os.pipe()
        self._child = _start(readable)
        os.close(readable)
        self._exchange(msgspec.json.encode(self._setup), self.limits.wall_s)

    def close(self) -> None:
        """End the child; it may be started again."""
        child, self._child = self._child, None
        if self._life >= 0:
            os.close(self._life)
            self._life = -1
        if child is not None:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()

    def _exchange(self, question: bytes, wall_s: float) -> bytes:
        child = cast("subprocess.Popen[bytes]", self._child)
        try:
            reply = self._talk(child, question, time.monotonic() + wall_s)
        except Late:
            self.close()
            raise _crashed(f"was not done after {wall_s:g} seconds.") from None
        except ModelyardError:
            self.close()
            raise
        if reply is None:
            code = child.wait()
            self.close()
            raise _crashed(_ended(code))
        mark, content = reply
        if mark == FAULT:
            raise read_fault(content)
        return content

    def _talk(
        self, child: "subprocess.Popen[bytes]", question: bytes, until: float
    ) -> tuple[bytes, bytes] | None:
        questions, answers = cast("BinaryIO", child.stdin), cast("BinaryIO", child.stdout)
        with contextlib.suppress(BrokenPipeError):
            write_within(questions.fileno(), question, until)
        return read_within(answers.fileno(), self.limits.answer_bytes, until)


def _crashed(why: str) -> Crashed:
    return Crashed("model", why, "The file may be damaged, or too large for the limits.")


def _ended(code: int) -> str:
    """Say in words how a child ended."""
    if code == -signal.SIGXCPU:
        return "took more of the processor's time than it may."
    if code == -signal.SIGSEGV:
        return "crashed in native code (signal 11)."
    if code == -signal.SIGKILL:
        return "was killed: it took too much memory or time."
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"ended without an answer ({how})."


def refuse_unconfined(machine: Machine | None, unconfined_ok: bool = False) -> bool:
    """Say whether a child would stay unconfined; raise Unavailable where that is not wanted."""
    if machine is not None:
        return False
    if unconfined_ok:
        return True
    raise Unavailable(
        "jail",
        f"a pickle is a program, and {sys.platform} has no way here to confine one.",
        "Save the model as ONNX, or open it on Linux (x86-64 or ARM64).",
    )


def _start(life: int) -> "subprocess.Popen[bytes]":
    """Start a child with the same Python and modules, and an empty environment."""
    inside = Path(sys.prefix, "bin", "python3")
    python = str(inside if inside.exists() else sys.executable)
    paths = [str(Path(path).resolve()) for path in sys.path if path and Path(path).is_dir()]
    child = subprocess.Popen(
        (python, "-I", "-c", BOOT.format(paths=paths, life=life)),
        env=dict.fromkeys(SINGLE, "1"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        pass_fds=(life,),
        bufsize=0,
    )
    os.set_blocking(cast("BinaryIO", child.stdin).fileno(), False)
    return child

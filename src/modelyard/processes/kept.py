"""Processes that wait for work: started when they are needed, kept, ended when they misbehave."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.errors import Unavailable
from modelyard.processes.frames import read_frame

START_S = 60.0
PAGE_BYTES = 4096


def python_module(name: str, *arguments: str) -> tuple[str, ...]:
    """Give the command that runs a module with the Python that runs now.

    Under uWSGI `sys.executable` is not the Python of the virtual environment, so the one that
    stands in the environment's own folder comes first.
    """
    inside = Path(sys.prefix, "bin", "python3")
    python = inside if inside.exists() else Path(sys.executable)
    return (str(python), "-m", name, *arguments)


@dataclass(eq=False)
class KeptProcess:
    """One worker process, reached through its standard input and output."""

    process: "subprocess.Popen[bytes]"

    @property
    def ears(self) -> int:
        """The descriptor to write questions to."""
        assert self.process.stdin is not None  # noqa: S101 (it is a pipe)
        return self.process.stdin.fileno()

    @property
    def mouth(self) -> int:
        """The descriptor to read answers from."""
        assert self.process.stdout is not None  # noqa: S101 (it is a pipe)
        return self.process.stdout.fileno()

    def resident_bytes(self) -> int:
        """Give the memory that it takes; 0 where the system does not say."""
        try:
            text = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii")
        except OSError:
            return 0
        return int(text.split()[1]) * PAGE_BYTES

    def end(self) -> None:
        """End it at once, and what it has started itself."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


@dataclass(eq=False)
class KeptProcesses:
    """Starts processes with the command `argv` when they are needed, and keeps them."""

    argv: tuple[str, ...]
    environ: Mapping[str, str]
    where: str = "functions"
    """What messages call them."""
    most_idle: int = 64
    """How many are kept while there is nothing to do."""
    _idle: list[KeptProcess] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> KeptProcess:
        """Give one that waits, or a new one; raises Unavailable where none can be started."""
        while True:
            with self._lock:
                kept = self._idle.pop() if self._idle else None
            if kept is None:
                return self._start()
            if kept.process.poll() is None:
                return kept
            kept.end()

    def give_back(self, kept: KeptProcess) -> None:
        """Keep one that is ready for more, or end it where enough are kept."""
        with self._lock:
            is_kept = len(self._idle) < self.most_idle
            if is_kept:
                self._idle.append(kept)
        if not is_kept:
            kept.end()

    def stop(self) -> None:
        """End those that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for kept in idle:
            kept.end()

    def _start(self) -> KeptProcess:
        try:
            process = subprocess.Popen(
                self.argv,
                env=self.environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
            kept = KeptProcess(process)
            read_frame(kept.mouth, time.monotonic() + START_S)
        except (OSError, EOFError, TimeoutError) as fault:
            raise Unavailable(
                self.where, f"no worker process could be started: {fault or 'it ended'}."
            ) from None
        return kept

"""One run in the hands of this worker: what was told of it, and whether it is to end."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from modelyard.errors import Unavailable
from modelyard.runs.run import Run
from modelyard.runs.store_claims import Claims

MOST_LINES = 10_000
"""Lines of log that a run may write."""


@dataclass
class Execution:
    """Notes progress now and then; knows why the work is to end early."""

    run: Run
    claims: Claims
    clock: Callable[[], datetime]
    note_every_s: float
    limit_s: float
    why: str = ""
    """Why it is to end: `cancelled`, `late`, `lost` (another worker has it) or `stopping`."""
    _told: tuple[float, str] = (0.0, "")
    _written: tuple[float, str] = (0.0, "")
    _lines: list[str] = field(default_factory=list)
    _count: int = 0
    _noted_at: float = 0.0
    _begun_at: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def end(self, why: str) -> None:
        """Have it end; the first reason counts, but a worker that stops goes before all."""
        if not self.why or why == "stopping":
            self.why = why

    def is_ended(self) -> bool:
        """Whether the work is to end now; also the moment to write down what was told."""
        if time.monotonic() - self._begun_at > self.limit_s:
            self.end("late")
        self._note()
        return bool(self.why)

    def progress(self, done: float, label: str) -> None:
        """Take how far the work is."""
        with self._lock:
            self._told = (done, label)
        self._note()

    def log(self, text: str) -> None:
        """Take a line for the log."""
        with self._lock:
            self._count += 1
            if self._count <= MOST_LINES:
                self._lines.append(text.replace("\0", ""))
            elif self._count == MOST_LINES + 1:
                self._lines.append(f"More than {MOST_LINES} lines: the rest is left out.")
        self._note()

    def flush(self) -> None:
        """Write down what is not written yet."""
        self._noted_at = 0.0
        self._note()

    def _note(self) -> None:
        """Write to the database, seldom; where it cannot be reached the work goes on."""
        with self._lock:
            told, lines = self._told, list(self._lines)
            is_due = time.monotonic() - self._noted_at >= self.note_every_s
            if not is_due or (told == self._written and not lines):
                return
            self._noted_at = time.monotonic()
            self._lines.clear()
        try:
            done, label = told
            ours = self.claims.note(
                self.run,
                self.clock(),
                done=done,
                label=label.replace("\0", ""),
                lines=lines,
                is_new=told != self._written,
            )
        except Unavailable:
            with self._lock:
                self._lines[:0] = lines
            return
        self._written = told
        if not ours:
            self.end("lost")

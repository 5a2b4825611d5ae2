"""Who works on which piece of a run: small files in the store that all workers share.

A hold is a hint that spares work, not a lock: a piece that two make is the same both times, and
counts once.
"""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from modelyard.blobs import Blobs
from modelyard.errors import ModelyardError

OWNER, LEFT = b"owner", b"left"
BEAT_S = 2.0
PATIENCE_S = 10.0
"""Silence after which one who held a piece counts as dead; clocks of machines are not compared."""


@dataclass
class Holds:
    """The holds on the pieces of one run."""

    blobs: Blobs
    run_id: str
    is_owner: bool
    """Whether the run itself is in these hands, or only help is given."""
    clock: Callable[[], float] = time.monotonic
    beat_s: float = BEAT_S
    patience_s: float = PATIENCE_S
    _token: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)
    _seen: dict[str, tuple[bytes, float]] = field(default_factory=dict, repr=False)

    def take(self, name: str) -> bool:
        """Take a piece that nobody holds; the owner of the run takes over what its like had."""
        if not self.run_id:
            return True
        if self.blobs.add(self._path(name), OWNER if self.is_owner else self._sign(0)):
            return True
        return self.is_owner and self._content(name) in {OWNER, LEFT}

    def is_forsaken(self, name: str) -> bool:
        """Tell whether one who held a piece has said, or shown by silence, that it is left."""
        content = self._content(name)
        if content in {OWNER, LEFT}:
            return True
        known = self._seen.get(name)
        if known is None or known[0] != content:
            self._seen[name] = (content, self.clock())
            return False
        return self.clock() - known[1] > self.patience_s

    def leave(self, name: str) -> None:
        """Say that a piece is not made here after all."""
        self.blobs.write(self._path(name), LEFT)

    @contextlib.contextmanager
    def beating(self, name: str) -> Iterator[None]:
        """Give signs of life while a piece is made; the owner gives none: its worker does."""
        is_done = threading.Event()
        if not self.is_owner:
            threading.Thread(target=self._beat, args=(name, is_done), daemon=True).start()
        try:
            yield
        finally:
            is_done.set()

    def _beat(self, name: str, is_done: threading.Event) -> None:
        count = 0
        while not is_done.wait(self.beat_s):
            count += 1
            with contextlib.suppress(ModelyardError):
                self.blobs.write(self._path(name), self._sign(count))

    def _sign(self, count: int) -> bytes:
        return f"{self._token} {count}".encode()

    def _content(self, name: str) -> bytes:
        try:
            return self.blobs.read(self._path(name))
        except ModelyardError:
            return b""

    def _path(self, name: str) -> str:
        return f"runs/{self.run_id}/holds/{name}"

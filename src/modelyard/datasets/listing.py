"""Which files a remote table has: what the store says of them, remembered for some seconds."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from modelyard.datasets.source import Source
from modelyard.errors import ModelyardError

ASK_AGAIN_S = 15.0


@dataclass(frozen=True)
class RemoteFile:
    """One object in a store."""

    path: str
    size: int
    version: str
    """The entity tag, else the time of change."""


@dataclass
class Listing:
    """The files of a remote table.

    The store is asked again after 15 seconds: until then a change over there is not noticed.
    """

    where: str
    """How faults name the table."""
    source: Source
    clock: Callable[[], float] = time.monotonic
    _files: tuple[RemoteFile, ...] = field(default=(), repr=False)
    _asked_at: float = field(default=0.0, repr=False)
    _fault: ModelyardError | None = field(default=None, repr=False)

    def files(self) -> tuple[RemoteFile, ...]:
        """Give the file, or the files that a `*` in the address matches.

        Raises NotFound where there are none, and Unavailable where the store cannot be asked.
        """
        is_old = self.clock() - self._asked_at >= ASK_AGAIN_S
        if is_old or not (self._files or self._fault):
            self._ask()
        if self._fault is not None:
            raise self._fault
        return self._files

    def _ask(self) -> None:
        """Ask the store; a fault is remembered too, so that it is not waited for again at once."""
        from modelyard.datasets import remote

        self._files, self._fault = (), None
        try:
            self._files = remote.ask(self.where, self.source)
        except ModelyardError as fault:
            self._fault = fault
        self._asked_at = self.clock()

    def fingerprint(self) -> str:
        """Name the present content by the store's own entity tags and sizes."""
        source = self.source
        digest = hashlib.sha256(f"{source.address}\n{source.csv}\n{source.format}".encode())
        for file in self.files():
            digest.update(f"{file.path}:{file.size}:{file.version}\n".encode())
        return digest.hexdigest()[:32]

    def size(self) -> int:
        """Give the bytes that the files take in the store."""
        return sum(file.size for file in self.files())

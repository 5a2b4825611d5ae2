"""A model file on its way in: whole, hashed and bounded, before anybody else can see it."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from modelyard.errors import Invalid, TooLarge

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Spooled:
    """A whole file on this machine's disk; it is gone when its block ends."""

    path: Path
    sha256: str
    bytes: int


@contextmanager
def spooled(content: Iterable[bytes], most_bytes: int, where: str) -> Iterator[Spooled]:
    """Write a file that comes in pieces to the disk, hashed on the way.

    Raises TooLarge where it is larger than is allowed, Invalid where it is empty, and what
    `content` raises; nothing is kept then.
    """
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryDirectory(prefix="modelyard-") as folder:
        path = Path(folder, "model")
        with path.open("wb") as file:
            for piece in content:
                size += len(piece)
                if size > most_bytes:
                    raise TooLarge(where, f"is larger than {shown_size(most_bytes)}.")
                digest.update(piece)
                file.write(piece)
        if not size:
            raise Invalid(where, "is empty.", "Send the model file as it is.")
        yield Spooled(path, digest.hexdigest(), size)


def shown_size(size: int) -> str:
    """Write a number of bytes as people do."""
    return f"{size // MEBIBYTE:,} MiB" if size >= MEBIBYTE else f"{size:,} bytes"

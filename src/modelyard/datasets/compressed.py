"""Files as bytes or text, plain or gzipped."""

import gzip
from pathlib import Path
from typing import IO, cast


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file to be read as bytes, unpacked where its name ends in .gz."""
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def open_text(path: Path, encoding: str) -> IO[str]:
    """Open a file to be read as text with its line ends as they are, unpacked where gzipped."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")

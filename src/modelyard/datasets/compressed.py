"""Files as bytes or text, plain or gzipped."""

import gzip
from pathlib import Path
from typing import IO, cast

COPIED_CHARACTERS = 1024 * 1024


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


def copy_as_utf8(path: Path, encoding: str, target: Path) -> None:
    """Write the text of a file as UTF-8, a piece at a time."""
    with open_text(path, encoding) as text, target.open("w", encoding="utf-8", newline="") as copy:
        while piece := text.read(COPIED_CHARACTERS):
            copy.write(piece)

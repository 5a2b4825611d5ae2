"""Telling whether files are still the same, without reading them whole."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from modelyard.errors import NotFound

SAMPLES = 8
SAMPLE_BYTES = 16 * 1024

Stamp = tuple[tuple[str, int, int, int, int], ...]
"""Per file: path, size in bytes, time of change of content and of inode in ns, inode."""


def stamp_of(where: str, files: Sequence[Path]) -> Stamp:
    """Ask the file system what it knows of the files: microseconds, done at every request.

    Raises NotFound, naming `where`, when a file is gone.
    """
    try:
        states = [(str(path), path.stat()) for path in files]
    except FileNotFoundError as fault:
        raise NotFound(where, f"the file {Path(fault.filename).name} was removed.") from None
    return tuple(
        (path, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
        for path, state in states
    )


def fingerprint_of(where: str, files: Sequence[Path], stamp: Stamp, options: str) -> str:
    """Give a name to the files' present content and to the `options` they are read with.

    It is the SHA-256 (first 32 hexadecimal digits) of each file's size, time of change and eight
    samples of 16 KiB spread over it, the first and the last bytes among them. Two contents with
    the same name would need the same size, the same time to the nanosecond and the same samples.
    """
    digest = hashlib.sha256(options.encode())
    for path, (_, size, changed_ns, _, _) in zip(files, stamp, strict=True):
        digest.update(f"{path.name}:{size}:{changed_ns}:".encode())
        try:
            _add_samples(digest, path, size)
        except FileNotFoundError:
            raise NotFound(where, f"the file {path.name} was removed.") from None
    return digest.hexdigest()[:32]


def _add_samples(digest: "hashlib._Hash", path: Path, size: int) -> None:
    last = max(0, size - SAMPLE_BYTES)
    with path.open("rb") as file:
        for step in range(SAMPLES):
            file.seek(last * step // (SAMPLES - 1))
            digest.update(file.read(SAMPLE_BYTES))

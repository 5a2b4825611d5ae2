"""Telling whether files are still the same, without reading them whole."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from modelyard.errors import ModelyardError, NotFound, Unavailable

SAMPLES = 8
SAMPLE_BYTES = 16 * 1024

Stamp = tuple[tuple[str, int, int, int, int], ...]
"""Per file: path, size in bytes, time of change of content and of inode in ns, inode."""


@dataclass
class Fingerprint:
    """Remembers the fingerprint of some files for as long as they bear the same stamp."""

    _known: tuple[Stamp, str] | None = None

    def of(self, where: str, files: Sequence[Path], options: str) -> str:
        """Give the fingerprint of the files as they are now.

        Raises NotFound, naming `where`, when a file is gone.
        """
        stamp = stamp_of(where, files)
        known = self._known
        if known is None or known[0] != stamp:
            known = self._known = (stamp, fingerprint_of(where, files, stamp, options))
        return known[1]

    def find_unchanged(self, path: Path) -> str | None:
        """Give the fingerprint where it is that of this one file, and it bears the same stamp.

        This is what a request for a cached answer costs: one question to the file system.
        """
        known = self._known
        if known is None or len(known[0]) != 1:
            return None
        try:
            state = _state_of(path.name, path)
        except ModelyardError:
            return None
        return known[1] if known[0][0] == state else None


def stamp_of(where: str, files: Sequence[Path]) -> Stamp:
    """Ask the file system what it knows of the files: microseconds, done at every request.

    Raises NotFound, naming `where`, when a file is gone, and Unavailable when it may not be asked.
    """
    return tuple(_state_of(where, path) for path in files)


def fingerprint_of(where: str, files: Sequence[Path], stamp: Stamp, options: str) -> str:
    """Give a name to the files' present content and to the `options` they are read with.

    It is the SHA-256 (first 32 hexadecimal digits) of each file's path, size, times of change and
    eight samples of 16 KiB spread over it, the first and the last bytes among them. The time at
    which the inode changed is one that no program can set, so a file that was replaced by another
    of the same size and date is noticed too.
    """
    digest = hashlib.sha256(options.encode())
    for path, (name, size, changed_ns, inode_changed_ns, _) in zip(files, stamp, strict=True):
        digest.update(f"{name}:{size}:{changed_ns}:{inode_changed_ns}:".encode())
        try:
            _add_samples(digest, path, size)
        except OSError as fault:
            raise _refused(where, path, fault) from None
    return digest.hexdigest()[:32]


def _state_of(where: str, path: Path) -> tuple[str, int, int, int, int]:
    try:
        state = path.stat()
    except OSError as fault:
        raise _refused(where, path, fault) from None
    return (str(path), state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)


def _refused(where: str, path: Path, fault: OSError) -> NotFound | Unavailable:
    if isinstance(fault, FileNotFoundError | NotADirectoryError):
        return NotFound(where, f"the file {path.name} was removed.")
    if isinstance(fault, PermissionError):
        return Unavailable(where, f"the file {path.name} may not be read by this user.")
    return Unavailable(where, f"the file {path.name} cannot be read: {fault.strerror}.")


def _add_samples(digest: "hashlib._Hash", path: Path, size: int) -> None:
    last = max(0, size - SAMPLE_BYTES)
    with path.open("rb") as file:
        for step in range(SAMPLES):
            file.seek(last * step // (SAMPLES - 1))
            digest.update(file.read(SAMPLE_BYTES))

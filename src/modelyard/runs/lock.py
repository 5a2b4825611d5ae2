"""A lock between processes that ends with the process that holds it."""

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def held(path: Path, patience_s: float = 0.0) -> Iterator[bool]:
    """Try to take the lock at `path`: yields True while it is held, False where another has it.

    With some patience it is tried again for a moment: somebody who only looks whether the lock
    is held has it for microseconds. The system frees the lock when the process ends, however it
    ends.
    """
    until = time.monotonic() + patience_s
    with path.open("ab") as file:
        while not _taken(file):
            if time.monotonic() >= until:
                yield False
                return
            time.sleep(0.01)
        yield True


def _taken(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Tell whether some process holds the lock at `path`."""
    if not path.exists():
        return False
    with held(path) as taken:
        return not taken

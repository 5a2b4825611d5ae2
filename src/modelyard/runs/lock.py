"""A lock between processes that ends with the process that holds it."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def held(path: Path) -> Iterator[bool]:
    """Try to take the lock at `path`: yields True while it is held, False where another has it.

    The system frees the lock when the process ends, however it ends.
    """
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_held(path: Path) -> bool:
    """Tell whether some process holds the lock at `path`."""
    if not path.exists():
        return False
    with held(path) as taken:
        return not taken

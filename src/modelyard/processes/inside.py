"""What a worker process does to itself before it takes questions."""

import contextlib
import os
import threading
import time

LOOK_EVERY_S = 1.0
SPARE_BYTES = 1024**3


def own_pipes() -> tuple[int, int]:
    """Keep standard input and output for questions and answers; gives their descriptors.

    What the work prints goes to the log, and it reads nothing.
    """
    ears, mouth = os.dup(0), os.dup(1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 (a device)
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return ears, mouth


def end_with_parent() -> None:
    """From now on, end this process soon after the one above is gone."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def limit_memory(memory_bytes: int) -> None:
    """Let the system refuse memory far beyond the limit, where a look now and then is too late."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        most = memory_bytes + SPARE_BYTES
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(0)

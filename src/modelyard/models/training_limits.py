"""How long a training may take, and how much memory: in a process that is there for it alone."""

import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from modelyard.errors import Unavailable

GRACE_S = 10.0
"""How long code that Python cannot interrupt may go on."""
TOO_LATE = 4
"""The exit code of a process that was ended so."""


@contextmanager
def limited(
    where: str, time_s: float, memory_bytes: int, log: Callable[[str], None]
) -> Iterator[None]:
    """Hold the block to so much time and memory; raises Unavailable, and MemoryError.

    Code that cannot be interrupted is ended with the whole process.
    """
    fault = Unavailable(
        where, f"was not done after {time_s:g} seconds.", "Raise its time_limit_s, or do less."
    )

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise fault

    def end() -> None:
        log(str(fault))
        os._exit(TOO_LATE)

    last_word = threading.Timer(time_s + GRACE_S, end)
    last_word.daemon = True
    before = resource.getrlimit(resource.RLIMIT_DATA)
    is_main = threading.current_thread() is threading.main_thread()
    old = signal.signal(signal.SIGALRM, interrupt) if is_main else None
    try:
        last_word.start()
        if is_main:
            signal.setitimer(signal.ITIMER_REAL, time_s)
        resource.setrlimit(resource.RLIMIT_DATA, (_lower(memory_bytes, before[1]), before[1]))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
        if is_main:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)
        last_word.cancel()


def _lower(wanted: int, hard: int) -> int:
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)

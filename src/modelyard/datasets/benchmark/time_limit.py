"""The time limit over a whole benchmark."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class TimeLimit:
    """Calls what was put under it once `limit_s` seconds are over."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.is_over = False
        self._kills: list[Callable[[], None]] = []

    def watch(self, kill: Callable[[], None]) -> None:
        """Call `kill` when the time is over, at once if it is over already."""
        self._kills.append(kill)
        if self.is_over:
            kill()

    def end(self) -> None:
        """Declare the time over."""
        self.is_over = True
        for kill in list(self._kills):
            kill()


@contextmanager
def time_limit(limit_s: float) -> Iterator[TimeLimit]:
    """Let the time run until the `with` is left."""
    limit = TimeLimit(limit_s)
    timer = threading.Timer(limit_s, limit.end)
    timer.daemon = True
    timer.start()
    try:
        yield limit
    finally:
        timer.cancel()

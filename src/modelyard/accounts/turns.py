"""Who may have a password hashed now: each hashing takes 64 MiB and every core for 0.1 s."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from modelyard.errors import Throttled

AT_ONCE = 2
"""Hashings at one time per process; one of them at most for strangers."""
MOST_STRANGERS = 5
"""Strangers who may be at it or wait; with them all threads of the process could be taken."""
PATIENCE_S = 10.0


@dataclass
class Turns:
    """Places for hashing, of which strangers cannot take the last one.

    A stranger signs in from where that account has never signed in: however many of them come from
    however many addresses, those who are known still get their turn.
    """

    _places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_ONCE)
    )
    _for_strangers: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_ONCE - 1)
    )
    _crowd: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST_STRANGERS)
    )

    @contextmanager
    def take(self, is_stranger: bool = False) -> Iterator[None]:
        """Wait for a place; raises Throttled where too many strangers wait, or for too long."""
        if not is_stranger:
            with _held(self._places, PATIENCE_S):
                yield
            return
        with (
            _held(self._crowd, 0.0),
            _held(self._for_strangers, PATIENCE_S),
            _held(self._places, PATIENCE_S),
        ):
            yield


@contextmanager
def _held(places: threading.BoundedSemaphore, patience_s: float) -> Iterator[None]:
    if not places.acquire(timeout=patience_s):
        raise Throttled(
            "sign-in",
            "many sign in at the moment.",
            "Try again in some seconds.",
            wait_s=PATIENCE_S,
        )
    try:
        yield
    finally:
        places.release()

"""How many runs a worker does at a time: quick ones and heavy ones each have their places."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from modelyard.runs.pace import Limits


class Slots:
    """Places for runs; runs that were taken and wait for a place count as having one."""

    def __init__(self, limits: Limits) -> None:
        self._most = {True: limits.quick, False: limits.heavy}
        self._places = {
            is_quick: threading.Semaphore(most) for is_quick, most in self._most.items()
        }
        self._runs: dict[bool, set[str]] = {True: set(), False: set()}
        self._lock = threading.Lock()

    def free(self, is_quick: bool) -> int:
        """Give how many more runs may be taken now."""
        return max(0, self._most[is_quick] - len(self._runs[is_quick]))

    def book(self, run_id: str, is_quick: bool) -> None:
        """Count a run that was taken and does not go on yet."""
        with self._lock:
            self._runs[is_quick].add(run_id)

    def find(self, run_id: str) -> bool | None:
        """Tell whether a counted run is a quick one; None where it is not counted."""
        return next((is_quick for is_quick, runs in self._runs.items() if run_id in runs), None)

    def cancel(self, run_id: str) -> None:
        """Count it no more."""
        with self._lock:
            for runs in self._runs.values():
                runs.discard(run_id)

    def known(self) -> set[str]:
        """Give the runs that are counted."""
        with self._lock:
            return self._runs[True] | self._runs[False]

    @contextmanager
    def taken(self, run_id: str, is_quick: bool) -> Iterator[None]:
        """Have a place; waits for one."""
        self.book(run_id, is_quick)
        try:
            with self._places[is_quick]:
                yield
        finally:
            self.cancel(run_id)

"""What the database said a moment ago, so that a request need not ask again."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
LIVES_S = 1.0
"""How long a change that another process made may go unseen."""
MOST = 20_000


@dataclass
class Memory:
    """Answers by name, each for a second; all are forgotten when this process changes something."""

    lives_s: float = LIVES_S
    ticks: Callable[[], float] = time.monotonic
    """A clock in seconds that never goes back."""
    most: int = MOST
    """How many answers are kept."""
    _kept: dict[Hashable, tuple[float, Any]] = field(default_factory=dict)
    _age: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def age(self) -> int:
        """A number that goes up whenever this process changes something."""
        return self._age

    def recall(self, name: Hashable, read: Callable[[], T], keep_none: bool = True) -> T:
        """Give what is remembered under `name`, else what `read` gives.

        What was read while something changed is given, but not remembered.
        """
        remembered = self._kept.get(name)
        if remembered is not None and self.ticks() < remembered[0]:
            found: T = remembered[1]
            return found
        age = self._age
        value = read()
        if value is not None or keep_none:
            self._keep(name, value, age)
        return value

    def forget(self) -> None:
        """Remember nothing from before."""
        with self._lock:
            self._age += 1
            self._kept.clear()

    def _keep(self, name: Hashable, value: object, age: int) -> None:
        with self._lock:
            if age != self._age:
                return
            if len(self._kept) >= self.most:
                self._kept.clear()
            self._kept[name] = (self.ticks() + self.lives_s, value)

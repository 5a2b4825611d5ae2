"""Means and extremes of what was seen lately, each new value in constant time."""

from collections import deque


class Mean:
    """The mean of the values of the last `span_s` seconds."""

    __slots__ = ("_at", "_span_s", "_total", "_values")

    def __init__(self, span_s: float) -> None:
        self._span_s = span_s
        self._at: deque[float] = deque()
        self._values: deque[float] = deque()
        self._total = 0.0

    def add(self, now_s: float, value: float) -> float:
        """Take in a value, and give the mean with it."""
        at, values = self._at, self._values
        at.append(now_s)
        values.append(value)
        self._total += value
        oldest = now_s - self._span_s + 1e-9
        while at[0] < oldest:
            at.popleft()
            self._total -= values.popleft()
        return max(self._total, 0.0) / len(values)


class Highest:
    """The highest value of the last `span_s` seconds."""

    __slots__ = ("_falling", "_span_s")

    def __init__(self, span_s: float) -> None:
        self._span_s = span_s
        self._falling: deque[tuple[float, float]] = deque()

    def add(self, now_s: float, value: float) -> float:
        """Take in a value, and give the highest with it."""
        falling = self._falling
        while falling and falling[-1][1] <= value:
            falling.pop()
        falling.append((now_s, value))
        oldest = now_s - self._span_s + 1e-9
        while falling[0][0] < oldest:
            falling.popleft()
        return falling[0][1]


class Lowest:
    """The lowest value of the last `span_s` seconds."""

    __slots__ = ("_highest",)

    def __init__(self, span_s: float) -> None:
        self._highest = Highest(span_s)

    def add(self, now_s: float, value: float) -> float:
        """Take in a value, and give the lowest with it."""
        return -self._highest.add(now_s, -value)

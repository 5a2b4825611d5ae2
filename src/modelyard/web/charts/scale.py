"""Scales whose ends and steps are round numbers."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
STEPS = 4


@dataclass(frozen=True)
class Scale:
    """From the lowest to the highest tick; every value lies between."""

    ticks: tuple[float, ...]

    @property
    def low(self) -> float:
        """The lower end."""
        return self.ticks[0]

    @property
    def high(self) -> float:
        """The upper end."""
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """Give the place of a value, 0 at the lower end and 1 at the upper one."""
        width = self.high - self.low
        return min(max((value - self.low) / width, 0.0), 1.0) if width else 0.5


def scale_of(values: Iterable[float | None], has_zero: bool = True) -> Scale:
    """Give the scale for values; `has_zero` keeps zero on it, as bars and areas need."""
    present = [value for value in values if value is not None and math.isfinite(value)]
    low, high = (min(present), max(present)) if present else (0.0, 1.0)
    if has_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        reach = abs(low) * 0.05 or 1.0
        low, high = low - (0 if has_zero and low >= 0 else reach), high + reach
    step = _round_step((high - low) / STEPS)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Scale(tuple(round(number * step, 12) for number in range(first, last + 1)))


def spread_places(count: int, most: int) -> Sequence[int]:
    """Choose at most so many of `count` places, at even distances, with the first and the last."""
    if count <= most:
        return range(count)
    for parts in range(most - 1, 0, -1):
        if (count - 1) % parts == 0 and parts > 1:
            return range(0, count, (count - 1) // parts)
    return sorted({round(number * (count - 1) / (most - 1)) for number in range(most)})


def _round_step(least: float) -> float:
    size = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
    return next(size * factor for factor in ROUND if size * factor >= least * (1 - 1e-9))

"""How the figures of one output are spread over the draws."""

from dataclasses import dataclass
from typing import Any

import numpy as np

PERCENTILES = (1.0, 5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0)
BINS = 40
STEPS = 16


@dataclass(frozen=True)
class Convergence:
    """The mean after so many draws, and how far off it may be."""

    draws: int
    mean: float
    error: float
    """The standard error of that mean."""


@dataclass(frozen=True)
class Histogram:
    """Counts between edges; the outermost percent on either side is left out."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Spread:
    """The figures of one output."""

    count: int
    missing: int
    """Draws without a value, though the model did not fail."""
    mean: float
    std: float
    """With n - 1."""
    min: float
    max: float
    percentiles: dict[str, float]
    """By linear interpolation, as NumPy's `percentile`."""
    standard_error: float
    convergence: tuple[Convergence, ...]
    histogram: Histogram


def spread_of(values: Any, percentiles: tuple[float, ...] = PERCENTILES) -> Spread | None:
    """Describe the values of an output, NaN left out; None where there are none."""
    present = values
    if np.isnan(values.sum()):
        present = values[~np.isnan(values)]
    count = len(present)
    if count == 0:
        return None
    ordered = np.sort(present)
    std = float(present.std(ddof=1)) if count > 1 else 0.0
    found = _at(ordered, np.array(percentiles))
    return Spread(
        count=count,
        missing=len(values) - count,
        mean=float(present.mean()),
        std=std,
        min=float(ordered[0]),
        max=float(ordered[-1]),
        percentiles={f"{p:g}": float(v) for p, v in zip(percentiles, found, strict=True)},
        standard_error=std / count**0.5,
        convergence=_convergence(present),
        histogram=_histogram(ordered),
    )


def _at(ordered: Any, percentiles: Any) -> Any:
    place = percentiles / 100 * (len(ordered) - 1)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, len(ordered) - 1)
    share = place - low
    return ordered[low] + (ordered[high] - ordered[low]) * share


def _convergence(values: Any) -> tuple[Convergence, ...]:
    steps = min(STEPS, len(values))
    starts = np.linspace(0, len(values), steps, endpoint=False).astype(int)
    ends = np.append(starts[1:], len(values))
    middle = values[0]
    apart = values - middle
    sums = np.cumsum(np.add.reduceat(apart, starts))
    squares = np.cumsum(np.add.reduceat(apart * apart, starts))
    means = sums / ends
    spread = np.maximum(squares - ends * means**2, 0) / np.maximum(ends - 1, 1)
    return tuple(
        Convergence(int(count), float(middle + mean), float((variance / count) ** 0.5))
        for count, mean, variance in zip(ends, means, spread, strict=True)
    )


def _histogram(ordered: Any) -> Histogram:
    low, high = _at(ordered, np.array([1.0, 99.0]))
    edges = np.linspace(low, high, BINS + 1) if low < high else np.array([low, high])
    places = np.searchsorted(ordered, edges, side="left")
    places[-1] = np.searchsorted(ordered, edges[-1], side="right")
    counts = np.diff(places)
    return Histogram(tuple(edges.tolist()), tuple(counts.tolist()))

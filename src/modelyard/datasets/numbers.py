"""Figures of a column of numbers, from one sort.

Sorting costs most, and gives the quartiles, the distinct values, the extremes and the histogram
for almost nothing more; moments are summed in blocks that stay in the processor's cache.
"""

import math
from typing import Any

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from modelyard.datasets.figures import Histogram, NumberColumn

BLOCK = 8_192
"""Values summed at one time: 64 KiB; and from 10,000 on OpenBLAS would start threads of its own."""
MOST_BINS = 30
FENCE = 5.0
"""The histogram leaves out the outer 1 % where the whole range is this many times the rest."""

Array = NDArray[Any]


def number_column(series: pl.Series) -> NumberColumn:
    """Compute the figures of a numeric series.

    `distinct` counts infinities as values, NaN not. Of decimals and 128-bit integers the distinct
    values are counted exactly, and of the integers the extremes and the sum are exact; the other
    figures are those of the nearest 64-bit floats.
    """
    if series.dtype.is_decimal() or series.dtype in {pl.Int128, pl.UInt128}:
        return _wide_column(series)
    name, dtype, nulls = series.name, str(series.dtype), series.null_count()
    series = _plain(series)
    nan, infinite, infinities = 0, 0, 0
    if series.dtype.is_float():
        series, nan, infinite, infinities = _finite(series)
    ordered = sorted_values(series.drop_nulls())
    figures = NumberColumn(
        name=name,
        type=dtype,
        nulls=nulls,
        distinct=count_distinct(ordered) + infinities,
        nan=nan,
        infinite=infinite,
    )
    return _with_moments(figures, ordered) if len(ordered) else figures


def sorted_values(series: pl.Series) -> Array:
    """Give the values of a series without nulls as a sorted array of their physical type."""
    values = _own_copy(series.to_physical())
    values.sort()
    return values


def _own_copy(series: pl.Series) -> Array:
    """Copy the values chunk by chunk: joined first, they would be there three times."""
    if series.n_chunks() == 1 or not len(series):
        return series.to_numpy(writable=True)
    chunks = [chunk.to_numpy() for chunk in series.get_chunks()]
    values = np.empty(len(series), chunks[0].dtype)
    first = 0
    for chunk in chunks:
        values[first : first + len(chunk)] = chunk
        first += len(chunk)
    return values


def quantile(ordered: Array, share: float) -> float:
    """Interpolate linearly at `share` (0 to 1) in a sorted array that is not empty."""
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    lower, upper = float(ordered[low]), float(ordered[min(low + 1, len(ordered) - 1)])
    return lower + (upper - lower) * (place - low)


def count_distinct(ordered: Array) -> int:
    """Count the different values of a sorted array."""
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1 if len(ordered) else 0


def exact_sum(values: Array) -> int | float:
    """Sum an array: integers exactly, by halves of 32 bits that cannot overflow; floats pairwise.

    The halves hold for up to 2**31 values.
    """
    if values.dtype.kind == "f":
        return float(values.sum(dtype=np.float64))
    if values.dtype.itemsize < 8:
        return int(values.sum(dtype=np.int64))
    high = int((values >> 32).sum(dtype=np.int64))
    low = int((values & 0xFFFFFFFF).sum(dtype=np.uint64))
    return (high << 32) + low


def central_moments(values: Array, mean: float) -> tuple[float, float]:
    """Sum the second and third powers of the distances from `mean`."""
    second = third = 0.0
    for start in range(0, len(values), BLOCK):
        distance = values[start : start + BLOCK].astype(np.float64) - mean
        square = distance * distance
        second += float(np.dot(distance, distance))
        third += float(np.dot(square, distance))
    return second, third


def histogram(ordered: Array) -> Histogram | None:
    """Count the values of a sorted array in at most 30 bins of equal width.

    Whole numbers get bins of a whole width. None for an empty array.
    """
    if not len(ordered):
        return None
    inner = ordered[_trim(ordered)]
    low, high = float(inner[0]), float(inner[-1])
    if not math.isfinite(high - low):
        return None
    edges = bin_edges(low, high, ordered.dtype.kind in "iu")
    places = np.searchsorted(inner, edges[1:-1], side="left")
    counts = np.diff(np.concatenate(([0], places, [len(inner)])))
    start = int(np.searchsorted(ordered, inner[0], side="left"))
    return Histogram(
        edges=tuple(float(edge) for edge in edges),
        counts=tuple(int(count) for count in counts),
        below=start,
        above=len(ordered) - start - len(inner),
    )


def _wide_column(series: pl.Series) -> NumberColumn:
    """Compute the figures of values that NumPy has no type for."""
    figures = number_column(series.cast(pl.Float64))
    known_values = series.drop_nulls()
    changes: dict[str, Any] = {"type": str(series.dtype), "distinct": known_values.n_unique()}
    if len(known_values) and not series.dtype.is_decimal():
        blocks = range(0, len(known_values), BLOCK)
        total = sum(int(v) for start in blocks for v in known_values.slice(start, BLOCK).to_list())
        changes |= {"min": known_values.min(), "max": known_values.max(), "sum": total}
        changes["note"] = sum_note(True, total)
    return msgspec.structs.replace(figures, **changes)


def _plain(series: pl.Series) -> pl.Series:
    return series.dt.total_nanoseconds() / 1e9 if series.dtype == pl.Duration else series


def _finite(series: pl.Series) -> tuple[pl.Series, int, int, int]:
    """Split off what is not finite: the rest, NaN, infinite values, and different infinities."""
    nan, infinite = _count(series.is_nan()), _count(series.is_infinite())
    if not nan + infinite:
        return series, 0, 0, 0
    infinities = series.filter(series.is_infinite()).n_unique()
    return series.filter(series.is_finite()), nan, infinite, infinities


def _count(truths: pl.Series) -> int:
    return int(truths.sum() or 0)


def _with_moments(figures: NumberColumn, ordered: Array) -> NumberColumn:
    count = len(ordered)
    with np.errstate(over="ignore", invalid="ignore"):
        total = exact_sum(ordered)
        mean = total / count
        second, third = central_moments(ordered, mean)
    whole = ordered.dtype.kind in "iu"
    low, high = ordered[0].item(), ordered[-1].item()
    deviation = spread(count, second) if high > low else (0.0 if count > 1 else None)
    overflow = "The sum is beyond the range of a 64-bit float." if not math.isfinite(total) else ""
    changes: dict[str, Any] = {
        "mean": known(mean),
        "std": deviation,
        "min": low,
        "q1": known(quantile(ordered, 0.25)),
        "median": known(quantile(ordered, 0.5)),
        "q3": known(quantile(ordered, 0.75)),
        "max": high,
        "sum": total if whole else known(total),
        "skew": skew(count, second, third) if high > low else None,
        "histogram": histogram(ordered),
        "note": overflow or sum_note(whole, total),
    }
    return msgspec.structs.replace(figures, **changes)


def known(value: float) -> float | None:
    """Give the value, or None where it is NaN or infinite: JSON has neither."""
    return value if math.isfinite(value) else None


def sum_note(whole: bool, total: float) -> str:
    """Say where a sum of integers is larger than what most programs can hold."""
    beyond = whole and not -(2**63) <= total < 2**63
    return "The sum is exact, and beyond the range of a 64-bit integer." if beyond else ""


def spread(count: int, second: float) -> float | None:
    """Give the sample standard deviation from the sum of squared distances."""
    return known(math.sqrt(second / (count - 1))) if count > 1 else None


def skew(count: int, second: float, third: float) -> float | None:
    """Give G1 of Joanes and Gill (1998), The Statistician 47, 183-189."""
    if count < 3 or second <= 0 or not math.isfinite(second):
        return None
    root = math.sqrt(second / count)
    biased = third / count / root / root / root  # its third power might leave the range of floats
    return known(biased * math.sqrt(count * (count - 1)) / (count - 2))


def _trim(ordered: Array) -> slice:
    """Choose the part that the histogram draws: all, or the middle 99 %."""
    count = len(ordered)
    low, high = inner_places(count)
    ends = float(ordered[0]), float(ordered[-1])
    if is_squashed(float(ordered[low]), float(ordered[high]), *ends):
        start = int(np.searchsorted(ordered, ordered[low], side="left"))
        stop = int(np.searchsorted(ordered, ordered[high], side="right"))
        return slice(start, stop)
    return slice(0, count)


def inner_places(count: int) -> tuple[int, int]:
    """Give the first and the last place of the middle 99 % of so many sorted values."""
    return int(count * 0.005), max(1, math.ceil(count * 0.995)) - 1


def is_squashed(inner_low: float, inner_high: float, low: float, high: float) -> bool:
    """Tell whether a few extreme values would leave the rest one bar of the picture."""
    return 0 < (inner_high - inner_low) * FENCE < high - low


def bin_edges(low: float, high: float, is_whole: bool) -> Array:
    """Choose the edges of at most 30 bins of equal width; of whole numbers, a whole width."""
    return _whole_edges(low, high) if is_whole else _edges(low, high)


def _edges(low: float, high: float) -> Array:
    if low == high:
        return np.array([low, high])
    with np.errstate(over="ignore"):  # linspace mends the last edge itself
        return np.linspace(low, high, MOST_BINS + 1)


def _whole_edges(low: float, high: float) -> Array:
    width = max(1.0, math.ceil((high - low + 1) / MOST_BINS))
    bins = min(MOST_BINS, math.ceil((high - low + 1) / width))
    return low + width * np.arange(bins + 1, dtype=np.float64)

"""The values of one column as finite numbers."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from modelyard.datasets.outliers.detector import Scores

FAR = 3e38
"""Beyond this a 32-bit float is infinite, and the square of a 64-bit one nearly so."""
DAY_S = 86_400.0
PER_SECOND = {"ms": 1e3, "us": 1e6, "ns": 1e9}


@dataclass(frozen=True)
class Filled:
    """A column without gaps."""

    values: Scores
    missing: int
    """Gaps, which now hold the median."""
    limited: int
    """Values that were infinite or too far out, and now are the nearest end of the rest."""


def share_of_rows(hashes: pl.Series) -> Scores:
    """Give the share of rows that have the same value; empty cells count as one value."""
    same = hashes.to_frame("text").select(pl.len().over("text")).to_series()
    shares: Scores = same.to_numpy() / len(hashes)
    return shares


def filled(series: pl.Series) -> Filled | None:
    """Give a column's values without gaps; None where there is not one finite value."""
    values = as_floats(series)
    known = np.abs(values) <= FAR
    if not known.any():
        return None
    missing = np.isnan(values)
    limited = ~known & ~missing
    if limited.any():
        low, high = values[known].min(), values[known].max()
        values = np.where(limited, np.where(values > 0, high, low), values)
    if missing.any():
        values = np.where(missing, np.median(values[~missing]), values)
    return Filled(values, int(missing.sum()), int(limited.sum()))


def as_floats(series: pl.Series) -> Scores:
    """Give numbers as they are, moments as days since 1970, durations as seconds.

    Booleans are 0 and 1. Empty cells become NaN.
    """
    stored = series.to_physical() if series.dtype.is_temporal() else series
    return stored.cast(pl.Float64).to_numpy() / _unit(series.dtype)


def _unit(dtype: pl.DataType) -> float:
    """Give what one day, or one second of a duration, is in the numbers that are stored."""
    if isinstance(dtype, pl.Datetime):
        return PER_SECOND[dtype.time_unit] * DAY_S
    if isinstance(dtype, pl.Duration):
        return PER_SECOND[dtype.time_unit]
    return PER_SECOND["ns"] if dtype == pl.Time else 1.0

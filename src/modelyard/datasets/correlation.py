"""How the numeric columns of a table go together."""

import math

import numpy as np
import polars as pl
import polars.selectors as cs
from numpy.typing import NDArray

from modelyard.datasets.faults import collect
from modelyard.datasets.figures import Frozen

MOST_ROWS = 200_000
MOST_COLUMNS = 30
LOSSY = 1e-4
"""The share of a pair's sum of squares under which too few digits would be left."""
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Correlation(Frozen, frozen=True, kw_only=True):
    """Pearson's correlation of each pair of columns over the rows where both have a value."""

    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    """Square and symmetric; None where a column does not vary or the pair shares under 2 rows."""
    rows: int
    """How many rows were used."""
    method: str


def correlate(where: str, frame: pl.LazyFrame, row_count: int) -> Correlation:
    """Correlate the first 30 numeric or boolean columns, on at most 200,000 rows.

    Of a larger table every k-th row is taken. Raises Invalid when the table cannot be read.
    """
    schema = frame.collect_schema()
    names = [name for name, dtype in schema.items() if dtype.is_numeric() or dtype == pl.Boolean]
    names = names[:MOST_COLUMNS]
    step = max(1, -(-row_count // MOST_ROWS))
    numbers = frame.select(cs.by_name(*names).cast(pl.Float64)).gather_every(step)
    table = collect(where, numbers)
    values = pearson(table.to_numpy()) if names else np.zeros((0, 0))
    every = "all rows" if step == 1 else f"one row in {step}"
    return Correlation(
        columns=tuple(names),
        values=tuple(tuple(None if np.isnan(v) else float(v) for v in row) for row in values),
        rows=len(table),
        method=f"Pearson's r of {every}; a pair leaves out rows without a finite value in both.",
    )


def pearson(table: Matrix) -> Matrix:
    """Correlate the columns of a matrix pairwise where both are finite; NaN where undefined.

    All pairs are worked out at once from columns centred on their own means; a pair whose common
    rows lie far from those means or vary little about them is worked out again by itself.
    """
    known = np.isfinite(table)
    mask = known.astype(np.float64)
    with np.errstate(all="ignore"):
        centred = _centred(table, known)
        n = mask.T @ mask
        sum_x, sum_xx = centred.T @ mask, (centred * centred).T @ mask
        product = centred.T @ centred - sum_x * sum_x.T / n
        spread = np.maximum(sum_xx - sum_x * sum_x / n, 0.0)
        result = product / np.sqrt(spread * spread.T)
    lossy = spread <= LOSSY * sum_xx
    for one, other in np.argwhere(np.triu(lossy | lossy.T)):
        result[one, other] = result[other, one] = _pair(
            centred, known[:, one] & known[:, other], one, other
        )
    result[(n < 2) | ~np.isfinite(result)] = np.nan
    clipped: Matrix = np.clip(result, -1.0, 1.0)
    return clipped


def _centred(table: Matrix, known: Mask) -> Matrix:
    """Scale columns to at most 1 and take their means off, so that offsets cost no precision."""
    filled = np.where(known, table, 0.0)
    scale = np.abs(filled).max(axis=0, initial=0.0)
    filled = filled / np.where(scale > 0, scale, 1.0)
    mean = filled.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, filled - mean, 0.0)


def _pair(centred: Matrix, both: Mask, one: int, other: int) -> float:
    """Correlate two columns over their common rows, centred on the means of just these."""
    x, y = centred[both, one], centred[both, other]
    if len(x) < 2 or x.min() == x.max() or y.min() == y.max():
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / math.sqrt(float(x @ x) * float(y @ y)))

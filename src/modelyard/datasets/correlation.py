"""How the numeric columns of a table go together."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modelyard.datasets.faults import collect
from modelyard.datasets.figures import Frozen

MOST_ROWS = 200_000
MOST_COLUMNS = 30
Matrix = NDArray[np.float64]


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
    numbers = frame.select(pl.col(name).cast(pl.Float64) for name in names).gather_every(step)
    table = collect(where, numbers)
    values = pearson(table.to_numpy()) if names else np.zeros((0, 0))
    every = "all rows" if step == 1 else f"every {step}th row"
    return Correlation(
        columns=tuple(names),
        values=tuple(tuple(None if np.isnan(v) else float(v) for v in row) for row in values),
        rows=len(table),
        method=f"Pearson's r of {every}; pairs without a value in both columns are left out.",
    )


def pearson(table: Matrix) -> Matrix:
    """Correlate the columns of a matrix pairwise where both are finite; NaN where undefined.

    Columns are centred on their own mean first, so that large offsets do not cost precision.
    """
    known = np.isfinite(table)
    count_each = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, table, 0.0)
    with np.errstate(all="ignore"):
        scale = np.abs(filled).max(axis=0, initial=0.0)
        filled = filled / np.where(scale > 0, scale, 1.0)
        mean = filled.sum(axis=0) / count_each
        centred = np.where(known, filled - mean, 0.0)
        mask = known.astype(np.float64)
        n = mask.T @ mask
        sum_x, sum_xx = centred.T @ mask, (centred * centred).T @ mask
        product = centred.T @ centred - sum_x * sum_x.T / n
        spread = np.maximum(sum_xx - sum_x * sum_x / n, 0.0)
        result = product / np.sqrt(spread * spread.T)
    tiny = spread <= 1e-15 * np.maximum(sum_xx, 1e-300)
    result[(n < 2) | tiny | tiny.T | ~np.isfinite(result)] = np.nan
    clipped: Matrix = np.clip(result, -1.0, 1.0)
    return clipped

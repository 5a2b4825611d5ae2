"""Statistics of a large table from one quick pass and a sample, with the error stated."""

import math
import time

import msgspec
import numpy as np
import polars as pl

from modelyard.datasets.columns import column_figures
from modelyard.datasets.figures import Column, NumberColumn, TableStatistics, TextColumn
from modelyard.datasets.statistics import (
    columns_of,
    group_columns,
    summed_up,
    table_statistics,
)
from modelyard.progress import Progress, silent

SAMPLE_ROWS = 262_144
BLOCKS = 256
CONFIDENCE = 0.99
RANK_ERROR = math.sqrt(math.log(2 / (1 - CONFIDENCE)) / (2 * SAMPLE_ROWS))
"""Dvoretzky-Kiefer-Wolfowitz bound with Massart's constant (1990), Annals of Probability 18."""
ESTIMATED = (
    "Rows, nulls, extremes, means and sums are of all rows. Distinct values are estimated by "
    "{distinct}. Quartiles, skew, histograms, lengths and frequent "
    f"values come from {SAMPLE_ROWS:,} rows in {BLOCKS} blocks spread evenly over the table: for "
    f"rows in random order a quartile's rank is off by at most {RANK_ERROR:.2%} of the rows in "
    f"{CONFIDENCE:.0%} of cases; standard deviations are of all rows."
)
METHOD = ESTIMATED.format(distinct="HyperLogLog (standard error about 2 %)")
STREAMED_METHOD = "Each row was read once. " + ESTIMATED.format(
    distinct="their smallest hashes (standard error about 1.1 %)"
)
MOST_HELD_ROWS = 16_000_000
"""From here on a table is estimated batch by batch: a column of it would take too much memory."""


def statistics_of(
    where: str, frame: pl.LazyFrame, row_count: int, approximate: bool, progress: Progress
) -> TableStatistics:
    """Compute the figures of all columns, or estimate them; raises as both do."""
    compute = approximate_statistics if approximate else table_statistics
    return compute(where, frame, row_count, progress)


def approximate_statistics(
    where: str, frame: pl.LazyFrame, row_count: int, progress: Progress = silent
) -> TableStatistics:
    """Estimate the figures of all columns; a table of up to 262,144 rows is computed exactly.

    Raises Invalid, naming `where`, when the table cannot be read.
    """
    if row_count <= SAMPLE_ROWS:
        return table_statistics(where, frame, row_count, progress)
    started = time.perf_counter()
    if row_count > MOST_HELD_ROWS:
        return _streamed(where, frame, row_count, started, progress)
    rows = sample_rows(row_count)
    groups = group_columns(frame.collect_schema(), row_count)
    columns = columns_of(where, frame, groups, lambda series: _estimate(series, rows), progress)
    return summed_up(columns, row_count, METHOD, started, exact=False)


def _streamed(
    where: str, frame: pl.LazyFrame, row_count: int, started: float, progress: Progress
) -> TableStatistics:
    """Estimate in one pass over the rows: no column is held whole."""
    from modelyard.datasets.streamed import estimated_columns

    def told(done: float) -> None:
        progress(done, f"{round(done * row_count):,} of {row_count:,} rows")

    columns = estimated_columns(where, frame, sample_rows(row_count), row_count, told)
    return summed_up(columns, row_count, STREAMED_METHOD, started, exact=False)


def sample_rows(row_count: int) -> pl.Series:
    """Choose the numbers of the sampled rows: equal blocks, spread evenly, always the same."""
    length = SAMPLE_ROWS // BLOCKS
    starts = np.linspace(0, max(0, row_count - length), BLOCKS).astype(np.int64)
    rows = (starts[:, None] + np.arange(length)).ravel()
    return pl.Series(np.unique(rows[rows < row_count]))


def _estimate(series: pl.Series, rows: pl.Series) -> Column:
    sampled = column_figures(series[rows])
    nulls = series.null_count()
    if isinstance(sampled, NumberColumn):
        return _number(series, sampled, nulls)
    if isinstance(sampled, TextColumn):
        factor = (len(series) - nulls) / max(1, len(rows) - sampled.nulls)
        top = tuple(
            msgspec.structs.replace(value, count=round(value.count * factor))
            for value in sampled.top
        )
        distinct = _distinct(series, nulls)
        return msgspec.structs.replace(sampled, nulls=nulls, distinct=distinct, top=top)
    return column_figures(series)


def _distinct(series: pl.Series, nulls: int) -> int:
    """Estimate the different values; Polars counts null as one."""
    return int(series.approx_n_unique()) - int(nulls > 0)  # type: ignore[arg-type]


def _number(series: pl.Series, sampled: NumberColumn, nulls: int) -> Column:
    mean, spread = _float(series.mean()), _float(series.std())
    if sampled.nan or sampled.infinite or mean is None:
        return column_figures(series)  # rare, and exact is simplest
    whole = series.dtype.is_integer()
    return msgspec.structs.replace(
        sampled,
        nulls=nulls,
        distinct=_distinct(series, nulls),
        mean=mean,
        std=spread,
        min=series.min(),
        max=series.max(),
        sum=None if whole else mean * (len(series) - nulls),
        note="The exact sum is left to the exact mode." if whole else "",
    )


def _float(value: object) -> float | None:
    """Give a finite number as a float, or None for anything else."""
    number = float(value) if isinstance(value, int | float) else math.nan
    return number if math.isfinite(number) else None

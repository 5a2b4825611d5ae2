"""Estimated statistics of a table in an engine: one question about all rows, and a sample."""

import math
import time
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from modelyard.datasets.approximate import CONFIDENCE, SAMPLE_ROWS
from modelyard.datasets.engines.profile import profile
from modelyard.datasets.engines.reading import reading_from
from modelyard.datasets.engines.scoring import sample_of
from modelyard.datasets.engines.table import EngineTable, count_of, whole
from modelyard.datasets.figures import TableStatistics
from modelyard.datasets.streamed import Totals, figures_of
from modelyard.errors import Invalid
from modelyard.progress import Progress, silent

METHOD = (
    "Rows, nulls, extremes, means and standard deviations were worked out by {engine} from all "
    "rows; different values are {distinct}. Quartiles, skew, histograms, lengths and frequent "
    "values come from {sample:,} rows that it chose {chosen}: a quartile's rank is off by at "
    "most {error:.2%} of the rows in {confidence:.0%} of cases."
)


@dataclass(frozen=True)
class Told:
    """A count of different values that an engine gave."""

    found: int

    def count(self) -> int:
        """Give it."""
        return self.found


def estimate(table: EngineTable, rows: int, progress: Progress = silent) -> TableStatistics:
    """Estimate the figures of all columns; a table of up to 262,144 rows is worked out exactly.

    Raises Invalid or Unavailable where the engine cannot.
    """
    if rows <= SAMPLE_ROWS or table.sampled is None:
        return profile(table, rows, progress)
    started = time.perf_counter()
    progress(0.0, "choosing a sample")
    sample = sample_of(table, rows, SAMPLE_ROWS)
    progress(0.4, "asking about all rows")
    try:
        totals = totals_of(table, sample, rows)
    except Invalid:  # a column that the engine cannot add up: one after the other, it is named
        return profile(table, rows, progress)
    error = math.sqrt(math.log(2 / (1 - CONFIDENCE)) / (2 * max(1, sample.height)))
    progress(1.0, "done")
    return TableStatistics(
        rows=rows,
        exact=False,
        method=METHOD.format(
            engine=table.engine,
            distinct=table.distinct_method,
            sample=sample.height,
            chosen=table.sampled_method,
            error=error,
            confidence=CONFIDENCE,
        ),
        seconds=round(time.perf_counter() - started, 4),
        engine=table.engine,
        columns=tuple(figures_of(each, sample[each.name], rows) for each in totals),
    )


def totals_of(table: EngineTable, sample: pl.DataFrame, rows: int) -> list[Totals]:
    """Ask for what all rows of each column add up to, in one question for all columns."""
    totals = [Totals(name, dtype) for name, dtype in sample.schema.items()]
    asked = [one for place, each in enumerate(totals) for one in _questions(place, each)]
    found: dict[str, Any] = table.ask(*asked)
    names = [each.name for each in totals if each.is_hashed]
    with reading_from(table.where):
        distinct = table.count_distinct(names) if table.count_distinct else {}
    for place, each in enumerate(totals):
        _fill(each, {key: found.get(f"{key}_{place}") for key in KEYS}, rows)
        told = distinct.get(each.name)
        each.distinct = Told(table.distinct(nw.col(each.name)) if told is None else told)
    return totals


KEYS = ("nulls", "low", "high", "true", "mean", "spread", "nan", "infinite")


def _questions(place: int, totals: Totals) -> list[nw.Expr]:
    column = nw.col(totals.name)
    asked = {"nulls": column.null_count()}
    if totals.is_number:
        is_float = totals.dtype.is_float()
        endless = (column == math.inf) | (column == -math.inf)
        finite = nw.when(~(column.is_nan() | endless)).then(column) if is_float else column
        asked |= {"low": finite.min(), "high": finite.max()}
        asked |= {"mean": finite.cast(nw.Float64).mean(), "spread": finite.cast(nw.Float64).std()}
        if is_float:
            asked |= {"nan": count_of(column.is_nan(), "n"), "infinite": count_of(endless, "i")}
    elif totals.dtype.is_temporal():
        asked |= {"low": column.min(), "high": column.max()}
    elif totals.dtype == pl.Boolean:
        asked["true"] = count_of(column, "t")
    return [answer.alias(f"{key}_{place}") for key, answer in asked.items()]


def _fill(totals: Totals, found: dict[str, Any], rows: int) -> None:
    totals.nulls, totals.nan = whole(found["nulls"]), whole(found["nan"])
    totals.infinite, totals.true = whole(found["infinite"]), whole(found["true"])
    totals.low, totals.high = found["low"], found["high"]
    if totals.is_number:
        totals.count = rows - totals.nulls - totals.nan - totals.infinite
        totals.mean = float(found["mean"] or 0.0)
        totals.squares = float(found["spread"] or 0.0) ** 2 * max(0, totals.count - 1)

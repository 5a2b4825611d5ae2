"""Estimated statistics of a table of any length: one pass over its rows, batch by batch.

Memory holds a batch, a sample and a few hashes of each column, however many rows there are.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
import numpy as np
import polars as pl

from modelyard.datasets.columns import column_figures
from modelyard.datasets.distinct import Distinct
from modelyard.datasets.faults import reading
from modelyard.datasets.figures import BooleanColumn, Column, DateColumn, NumberColumn, TextColumn

MOST_COLUMNS = 64
"""Columns of one pass: a wide table is read in several."""
BATCH_ROWS = 250_000


ANSWERS = ("nulls", "low", "high", "true", "mean", "variance")


class Counted(Protocol):
    """Different values that somebody else counted."""

    def count(self) -> int:
        """Tell how many there are."""


@dataclass
class Totals:
    """What all rows of one column add up to."""

    name: str
    dtype: pl.DataType
    distinct: "Distinct | Counted" = field(default_factory=Distinct)
    nulls: int = 0
    nan: int = 0
    infinite: int = 0
    true: int = 0
    low: Any = None
    high: Any = None
    count: int = 0
    """Finite values."""
    mean: float = 0.0
    squares: float = 0.0
    """The sum of the squared distances from the mean."""

    @property
    def is_number(self) -> bool:
        """Whether its values are added up."""
        return self.dtype.is_numeric() and not self.dtype.is_decimal()

    @property
    def is_hashed(self) -> bool:
        """Whether its different values are counted by their hashes."""
        return not self.dtype.is_nested() and self.dtype != pl.Boolean

    def questions(self) -> list[pl.Expr]:
        """Give what a batch is asked; the answers are named after the column."""
        column = pl.col(self.name)
        asked = {"nulls": column.null_count()}
        if self.is_number or self.dtype.is_temporal():
            asked |= {"low": column.min(), "high": column.max()}
        if self.is_number:
            asked |= {"mean": column.mean(), "variance": column.var(ddof=0)}
        elif self.dtype == pl.Boolean:
            asked["true"] = column.sum()
        return [answer.alias(f"{self.name}\0{key}") for key, answer in asked.items()]

    def add(self, series: pl.Series, hashes: pl.Series | None, told: dict[str, Any]) -> None:
        """Take a batch: its values, their hashes, and the answers."""
        found = self._own(told)
        if self.is_number and not math.isfinite(found["mean"] or 0.0):
            finite = self._finite(series)
            told = finite.to_frame().select(self.questions()).row(0, named=True)
            found = self._own(told) | {"nulls": found["nulls"]}
            hashes = series.filter(series.is_not_nan()).hash()
            count = len(finite)
        else:
            count = len(series) - found["nulls"]
        self.nulls += found["nulls"]
        self.true += found["true"] or 0
        self.low = _least(min, self.low, found["low"])
        self.high = _least(max, self.high, found["high"])
        self._join(count, found["mean"], found["variance"])
        if hashes is not None:
            is_whole = len(hashes) == len(series) and found["nulls"]
            known = hashes.filter(series.is_not_null()) if is_whole else hashes
            if isinstance(self.distinct, Distinct):
                for chunk in known.get_chunks():  # as they lie: joining them would copy
                    self.distinct.add(chunk.to_numpy())

    def _own(self, told: dict[str, Any]) -> dict[str, Any]:
        return {key: told.get(f"{self.name}\0{key}") for key in ANSWERS}

    def _finite(self, series: pl.Series) -> pl.Series:
        self.nan += int(series.is_nan().sum() or 0)
        self.infinite += int(series.is_infinite().sum() or 0)
        return series.filter(series.is_finite())

    def _join(self, count: int, mean: float | None, variance: float | None) -> None:
        """Join moments as Chan, Golub and LeVeque (1979) do: no digits are lost."""
        if not count or mean is None:
            return
        both, away = self.count + count, mean - self.mean
        self.squares += (variance or 0.0) * count + away * away * self.count * count / both
        self.mean += away * count / both
        self.count = both


def estimated_columns(
    where: str,
    frame: pl.LazyFrame,
    sampled: pl.Series,
    row_count: int,
    progress: Callable[[float], None],
) -> tuple[Column, ...]:
    """Estimate the figures of all columns; `sampled` has the numbers of the rows of the sample.

    Raises Invalid, naming `where`, when the table cannot be read.
    """
    names = frame.collect_schema().names()
    columns: list[Column] = []
    for start in range(0, len(names), MOST_COLUMNS):
        group = frame.select(names[start : start + MOST_COLUMNS])
        with reading(where):
            done = start / len(names)
            share = len(names[start : start + MOST_COLUMNS]) / len(names)
            columns += _group(group, sampled, row_count, _within(progress, done, share))
    return tuple(columns)


def _within(
    progress: Callable[[float], None], done: float, share: float
) -> Callable[[float], None]:
    return lambda part: progress(done + share * part)


def _group(
    frame: pl.LazyFrame, sampled: pl.Series, row_count: int, progress: Callable[[float], None]
) -> Iterator[Column]:
    totals = [Totals(name, dtype) for name, dtype in frame.collect_schema().items()]
    numbers, first, kept = sampled.to_numpy(), 0, []
    questions = [one for each in totals for one in each.questions()]
    hashed = [pl.col(each.name).hash() for each in totals if each.is_hashed]
    for batch in frame.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
        answers = batch.select(questions).row(0, named=True)
        hashes = batch.select(hashed)
        for each in totals:
            own = hashes[each.name] if each.is_hashed else None
            each.add(batch[each.name], own, answers)
        inside = slice(*np.searchsorted(numbers, [first, first + batch.height]).tolist())
        kept.append(batch[numbers[inside] - first])
        first += batch.height
        progress(min(1.0, first / max(1, row_count)))
    sample = pl.concat(kept, rechunk=True)
    del kept
    return (figures_of(each, sample[each.name], first) for each in totals)


def figures_of(totals: Totals, sample: pl.Series, rows: int) -> Column:
    """Put together what is of all rows, and what is of the sample."""
    figures = column_figures(sample)
    known = rows - totals.nulls
    if isinstance(figures, NumberColumn) and totals.is_number:
        return _number(totals, figures)
    if isinstance(figures, BooleanColumn):
        true = totals.true
        shown = {"true": true, "false": known - true, "true_share": true / known if known else None}
        distinct = int(true > 0) + int(known > true)
        return msgspec.structs.replace(figures, nulls=totals.nulls, distinct=distinct, **shown)
    distinct_of = None if totals.dtype.is_nested() else min(known, totals.distinct.count())
    changes: dict[str, Any] = {"nulls": totals.nulls, "distinct": distinct_of}
    if isinstance(figures, NumberColumn):
        changes["note"] = "All but nulls and distinct values come from the sample."
    if isinstance(figures, TextColumn):
        factor = known / max(1, len(sample) - figures.nulls)
        changes["top"] = tuple(
            msgspec.structs.replace(top, count=round(top.count * factor)) for top in figures.top
        )
    if isinstance(figures, DateColumn) and totals.low is not None:
        ends = column_figures(pl.Series([totals.low, totals.high], dtype=totals.dtype))
        if isinstance(ends, DateColumn):
            changes |= {"min": ends.min, "max": ends.max}
    return msgspec.structs.replace(figures, **changes)


def _number(totals: Totals, figures: NumberColumn) -> Column:
    count, is_whole = totals.count, totals.dtype.is_integer()
    return msgspec.structs.replace(
        figures,
        nulls=totals.nulls,
        nan=totals.nan,
        infinite=totals.infinite,
        distinct=min(count + totals.infinite, totals.distinct.count()),
        mean=totals.mean if count else None,
        std=math.sqrt(totals.squares / (count - 1)) if count > 1 else None,
        min=totals.low,
        max=totals.high,
        sum=None if is_whole or not count else totals.mean * count,
        note="The exact sum is left to the exact mode." if is_whole else "",
    )


def _least(choose: Callable[..., Any], known: Any, new: Any) -> Any:
    if known is None or new is None:
        return new if known is None else known
    return choose(known, new)

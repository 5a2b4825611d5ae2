"""Figures of columns that are not numbers: text, dates, booleans and the rest."""

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import polars as pl

from modelyard.datasets import numbers
from modelyard.datasets.figures import (
    BooleanColumn,
    Column,
    DateColumn,
    Histogram,
    OtherColumn,
    TextColumn,
    TopValue,
)

LONGEST_SHOWN = 200
LAST_OF_DAY_NS = 86_399_999_999_999
MOST_TOP = 10


def column_figures(series: pl.Series) -> Column:
    """Compute the figures of a column by its type.

    It is renamed meanwhile: many methods of a Polars series read its name as a pattern.
    """
    figures = _figures(series.alias("values"))
    return msgspec.structs.replace(figures, name=series.name)


def _figures(series: pl.Series) -> Column:
    dtype = series.dtype
    if dtype.is_numeric() or dtype == pl.Duration:
        return numbers.number_column(series)
    if dtype == pl.Boolean:
        return _boolean(series)
    if dtype.is_temporal():
        return _date(series)
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return _text(series)
    return OtherColumn(
        name=series.name,
        type=str(dtype)[:LONGEST_SHOWN],
        nulls=series.null_count(),
        distinct=0 if dtype == pl.Null else None,
        note="The column has no values." if dtype == pl.Null else "Only nulls are counted.",
    )


def short(text: str) -> str:
    """Cut a long text for showing."""
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _boolean(series: pl.Series) -> BooleanColumn:
    known = len(series) - series.null_count()
    true = int(series.sum() or 0)
    return BooleanColumn(
        name=series.name,
        type="Boolean",
        nulls=series.null_count(),
        distinct=int(true > 0) + int(known - true > 0),
        true=true,
        false=known - true,
        true_share=true / known if known else None,
    )


def _date(series: pl.Series) -> DateColumn:
    ordered = numbers.sorted_values(series.drop_nulls())
    middle = (len(ordered) - 1) // 2
    low, median, high = _as_texts(ordered[[0, middle, -1]] if len(ordered) else [], series.dtype)
    return DateColumn(
        name=series.name,
        type=str(series.dtype),
        nulls=series.null_count(),
        distinct=numbers.count_distinct(ordered),
        min=low,
        median=median,
        max=high,
        histogram=_date_histogram(numbers.histogram(ordered), series.dtype),
    )


def _as_texts(physical: Iterable[float], dtype: pl.DataType) -> tuple[str | None, ...]:
    """Write physical values of a date or time type as ISO 8601; three times None for no values."""
    whole = pl.Series([int(value) for value in physical], dtype=pl.Int64)
    if not len(whole):
        return (None, None, None)
    if dtype == pl.Time:
        whole = whole.clip(0, LAST_OF_DAY_NS)
    stored = pl.Int32 if dtype == pl.Date else pl.Int64
    return _iso_8601(whole.cast(stored).cast(dtype))


def _iso_8601(values: pl.Series) -> tuple[str, ...]:
    """Write dates or times; those beyond Python's year 9999 in Polars' own way."""
    try:
        return tuple(value.isoformat() for value in values)
    except (ValueError, OverflowError):
        return tuple(values.cast(pl.String))


def _date_histogram(plain: Histogram | None, dtype: pl.DataType) -> Histogram | None:
    if plain is None:
        return None
    edges = _as_texts((float(edge) for edge in plain.edges), dtype)
    return msgspec.structs.replace(plain, edges=tuple(str(edge) for edge in edges))


def _text(series: pl.Series) -> TextColumn:
    name, dtype, nulls = series.name, str(series.dtype).split("(")[0], series.null_count()
    kinds = _value_counts(series)
    if not len(kinds):
        return TextColumn(name=name, type=dtype, nulls=nulls, distinct=0)
    values, counts = kinds["value"], kinds["count"].to_numpy().astype(np.int64)
    return TextColumn(
        name=name,
        type=dtype,
        nulls=nulls,
        distinct=len(kinds),
        min=short(str(values.min())),
        max=short(str(values.max())),
        top=_top(kinds),
        **_lengths(values.str.len_chars().to_numpy().astype(np.int64), counts),
    )


def _value_counts(series: pl.Series) -> pl.DataFrame:
    text = series.drop_nulls().cast(pl.String).alias("value")
    return text.value_counts(name="count", parallel=True)


def _top(kinds: pl.DataFrame) -> tuple[TopValue, ...]:
    first = kinds.lazy().sort("count", "value", descending=[True, False]).head(MOST_TOP).collect()
    return tuple(TopValue(value=short(value), count=count) for value, count in first.iter_rows())


def _lengths(lengths: numbers.Array, counts: numbers.Array) -> dict[str, Any]:
    """Figures of the lengths of all rows, from those of the different values and their counts."""
    order = np.argsort(lengths, kind="stable")
    upto = np.cumsum(counts[order])
    total = int(upto[-1])
    middle = [
        lengths[order[np.searchsorted(upto, place, side="right")]]
        for place in ((total - 1) // 2, total // 2)
    ]
    return {
        "length_min": int(lengths[order[0]]),
        "length_mean": float(np.dot(lengths, counts)) / total,
        "length_median": float(middle[0] + middle[1]) / 2,
        "length_max": int(lengths[order[-1]]),
    }

"""The figures of a column of numbers, in three questions to an engine."""

import math
from typing import Any

import msgspec
import narwhals as nw

from modelyard.datasets import numbers
from modelyard.datasets.engines.bins import Ends, ends_of, histogram_of
from modelyard.datasets.engines.table import EngineTable, count_of, whole
from modelyard.datasets.figures import NumberColumn

MOST_DIGITS = 38
"""Of decimals in all engines: sums of 64-bit integers fit."""


def number_profile(
    table: EngineTable, name: str, dtype: nw.dtypes.DType, rows: int
) -> NumberColumn:
    """Have an engine compute the figures of a numeric column."""
    column, finite = nw.col(name), _finite(name, dtype)
    first = table.ask(*_counts(column, dtype), *_sums(finite, dtype))
    counts = {key: whole(first.get(key)) for key in ("nulls", "nan", "infinite")}
    numbers_only = nw.when(~column.is_nan()).then(column) if counts["nan"] else column
    figures = NumberColumn(
        name=name,
        type=str(dtype),
        distinct=table.distinct(numbers_only),
        nulls=counts["nulls"],
        nan=counts["nan"],
        infinite=counts["infinite"],
    )
    known = rows - sum(counts.values())
    if not known:
        return figures
    return _with_moments(table.of(finite), figures, nw.col("value"), dtype, first, known)


def _with_moments(  # noqa: PLR0913, PLR0917 (what the engine has told so far)
    table: EngineTable,
    figures: NumberColumn,
    finite: nw.Expr,
    dtype: nw.dtypes.DType,
    first: dict[str, Any],
    known: int,
) -> NumberColumn:
    is_whole = dtype.is_integer()
    total: int | float = whole(first["sum"]) if is_whole else float(first["sum"])
    mean, low, high = total / known, first["min"], first["max"]
    then: dict[str, Any] = table.ask(
        *ends_of(finite, known), *_quartiles(finite), *_moments(finite, mean)
    )
    second, third = (float(then[key]) if high > low else 0.0 for key in ("second", "third"))
    changes: dict[str, Any] = {
        "mean": numbers.known(mean),
        "std": numbers.spread(known, second),
        "min": _plain(low, is_whole),
        "max": _plain(high, is_whole),
        "sum": total if is_whole else numbers.known(total),
        "skew": numbers.skew(known, second, third),
        "histogram": histogram_of(table, finite, Ends.of(first | then), known, is_whole),
        "note": numbers.sum_note(is_whole, total),
    } | {key: numbers.known(float(then[key])) for key in ("q1", "median", "q3")}
    return msgspec.structs.replace(figures, **changes)


def _counts(column: nw.Expr, dtype: nw.dtypes.DType) -> list[nw.Expr]:
    """Ask how many are null, NaN or infinite."""
    asked = [column.null_count().alias("nulls")]
    if dtype.is_float():
        asked += [count_of(column.is_nan(), "nan"), count_of(_is_infinite(column), "infinite")]
    return asked


def _is_infinite(column: nw.Expr) -> nw.Expr:
    return (column == math.inf) | (column == -math.inf)


def _finite(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """Give the column with everything that is not finite made null."""
    column = nw.col(name)
    if not dtype.is_float():
        return column
    strange = column.is_nan() | _is_infinite(column)
    return nw.when(~strange).then(column)


def _sums(finite: nw.Expr, dtype: nw.dtypes.DType) -> list[nw.Expr]:
    """Ask for the extremes and the sum, which is exact for integers."""
    summed = finite.cast(nw.Decimal(MOST_DIGITS, 0)) if dtype.is_integer() else finite
    return [finite.min().alias("min"), finite.max().alias("max"), summed.sum().alias("sum")]


def _quartiles(finite: nw.Expr) -> list[nw.Expr]:
    floats, shares = finite.cast(nw.Float64), {"q1": 0.25, "median": 0.5, "q3": 0.75}
    return [floats.quantile(share, "linear").alias(key) for key, share in shares.items()]


def _moments(finite: nw.Expr, mean: float) -> list[nw.Expr]:
    """Ask for the sums of the second and third powers of the distances from `mean`."""
    distance = finite.cast(nw.Float64) - mean
    square = distance * distance
    return [square.sum().alias("second"), (square * distance).sum().alias("third")]


def _plain(value: object, is_whole: bool) -> int | float:
    return int(value) if is_whole else float(value)  # type: ignore[call-overload,arg-type]

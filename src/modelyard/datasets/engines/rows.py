"""Rows of a table in an engine: filtered, sorted and cut over there."""

from collections.abc import Callable

import narwhals as nw
import polars as pl

from modelyard.datasets.engines.arrived import frame_of
from modelyard.datasets.engines.reading import reading_from
from modelyard.datasets.engines.table import EngineTable, Table, whole
from modelyard.datasets.row_values import value_of
from modelyard.datasets.rows import (
    NULL_TESTS,
    TEXT_TESTS,
    Filter,
    RowPage,
    RowQuery,
    refuse_unknown,
)
from modelyard.errors import Invalid

MOST_SKIPPED = 100_000
"""Rows before a page: an engine gives the first ones only, so those before are fetched too."""
COMPARISONS: dict[str, Callable[[nw.Expr, object], nw.Expr]] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column != value,
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
}


def engine_rows(table: EngineTable, query: RowQuery) -> RowPage:
    """Give some rows of a table.

    Texts are sorted and compared in the engine's own order. Raises Invalid for an unknown column,
    a value that does not fit, and a page that lies too deep.
    """
    _refuse_deep(query)
    schema = pl.Schema(table.frame.collect_schema().to_polars())
    frame = table.frame
    for condition in query.filters:
        refuse_unknown("filter", schema, condition.column)
        frame = frame.filter(_expression(condition, schema[condition.column]))
    matching = whole(table.records(frame.select(nw.len().alias("rows")))[0]["rows"])
    ordered = _sorted(frame, schema, query.sort)
    for name in query.columns:
        refuse_unknown("columns", schema, name)
    chosen = ordered.select(*(dict.fromkeys(query.columns) or schema.names()))
    with reading_from(table.where):
        found = chosen.head(query.offset + query.limit).collect(backend="pyarrow").to_native()
        page = frame_of(found).slice(query.offset)
    return RowPage(page, matching, query.offset)


def _refuse_deep(query: RowQuery) -> None:
    if query.offset > MOST_SKIPPED:
        raise Invalid(
            "page",
            f"begins after more than {MOST_SKIPPED:,} rows, which the engine would send as well.",
            "Filter, or sort the other way round.",
        )


def _sorted(frame: Table, schema: pl.Schema, keys: tuple[str, ...]) -> Table:
    if not keys:
        return frame
    names = [key if key in schema else key.removeprefix("-") for key in keys]
    for name in names:
        refuse_unknown("sort", schema, name)
    descending = [key not in schema for key in keys]
    return frame.sort(*names, descending=descending, nulls_last=True)


def _expression(condition: Filter, dtype: pl.DataType) -> nw.Expr:
    column = nw.col(condition.column)
    if condition.operator in NULL_TESTS:
        missing = column.is_null()
        return missing if condition.operator == "null" else ~missing
    if condition.operator in TEXT_TESTS:
        if dtype != pl.String:
            why = f"'{condition.operator}' works on text only."
            raise Invalid(f"filter {condition.column}", why)
        lower, wanted = column.str.to_lowercase(), condition.value.lower()
        if condition.operator == "starts":
            return lower.str.starts_with(wanted)
        return lower.str.contains(wanted, literal=True)
    return COMPARISONS[condition.operator](column, _value(condition, dtype))


def _value(condition: Filter, dtype: pl.DataType) -> object:
    if dtype == pl.String:
        return condition.value
    return pl.select(value_of(f"filter {condition.column}", condition.value, dtype)).item()

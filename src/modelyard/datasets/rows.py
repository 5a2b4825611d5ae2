"""Looking at rows: filter, sort, page."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

from modelyard.datasets.faults import collect
from modelyard.datasets.row_query import Filter, RowQuery
from modelyard.datasets.row_values import value_of
from modelyard.errors import LONGEST_ECHO, Invalid

Build = Callable[[pl.Expr, pl.Expr], pl.Expr]

COMPARISONS: dict[str, Build] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column != value,
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
}
TEXT_TESTS: dict[str, Build] = {
    "contains": lambda column, value: column.str.to_lowercase().str.contains(value, literal=True),
    "starts": lambda column, value: column.str.to_lowercase().str.starts_with(value),
}
NULL_TESTS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "null": lambda column: column.is_null(),
    "notnull": lambda column: column.is_not_null(),
}
__all__ = ["OPERATORS", "Filter", "RowPage", "RowQuery", "parse_filter", "read_rows"]
OPERATORS = (*COMPARISONS, *TEXT_TESTS, *NULL_TESTS)
MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class RowPage:
    """Some rows of a table, and how many match in all."""

    table: pl.DataFrame
    matching: int
    offset: int


def parse_filter(text: str) -> Filter:
    """Read `column:operator:value`, or `column:null`.

    Column and value may hold colons: the first part that is an operator's name, but for the very
    first part, is taken as the operator. Raises Invalid where there is none.
    """
    parts = text.split(":")
    for place in range(1, len(parts)):
        if parts[place] in OPERATORS:
            return Filter(":".join(parts[:place]), parts[place], ":".join(parts[place + 1 :]))
    raise Invalid(
        "filter",
        f"'{text[:LONGEST_ECHO]}' is not column:operator:value.",
        f"Operators: {', '.join(OPERATORS)}. Example: filter=dep_delay:gt:60",
    )


def read_rows(where: str, frame: pl.LazyFrame, query: RowQuery) -> RowPage:
    """Filter, sort and cut a table.

    Raises Invalid for an unknown column or a value that does not fit the column's type.
    """
    if not 0 <= query.limit <= MOST_ROWS:
        raise Invalid("size", f"must be between 0 and {MOST_ROWS:,}.")
    if query.offset < 0:
        raise Invalid("page", "must be 1 or more.")
    schema = frame.collect_schema()
    matching = filtered(frame, schema, query.filters)
    count = collect(where, matching.select(pl.len())).item()
    chosen = _chosen(_sorted(matching, schema, query.sort), schema, query.columns)
    return RowPage(collect(where, chosen.slice(query.offset, query.limit)), count, query.offset)


def _sorted(frame: pl.LazyFrame, schema: pl.Schema, keys: Sequence[str]) -> pl.LazyFrame:
    """Sort by columns, downwards where `-` is put before a name; nulls come last."""
    if not keys:
        return frame
    names = [key if key in schema else key.removeprefix("-") for key in keys]
    for name in names:
        refuse_unknown("sort", schema, name)
    return frame.sort(
        [_column(name) for name in names],
        descending=[key not in schema for key in keys],
        nulls_last=True,
        maintain_order=True,
    )


def _chosen(frame: pl.LazyFrame, schema: pl.Schema, names: Sequence[str]) -> pl.LazyFrame:
    for name in names:
        refuse_unknown("columns", schema, name)
    return frame.select(cs.by_name(*dict.fromkeys(names))) if names else frame


def _column(name: str) -> pl.Expr:
    """Give the column of exactly this name: `pl.col` reads `*` and `^...$` as patterns."""
    return cs.by_name(name).as_expr()


def filtered(frame: pl.LazyFrame, schema: pl.Schema, filters: Sequence[Filter]) -> pl.LazyFrame:
    """Keep the rows that pass all the filters.

    Raises Invalid naming the filter at fault.
    """
    for condition in filters:
        refuse_unknown("filter", schema, condition.column)
        frame = frame.filter(_expression(condition, schema[condition.column]))
    return frame


def refuse_unknown(where: str, schema: pl.Schema, name: str) -> None:
    """Raise Invalid, with the nearest name, for a column that the table does not have."""
    if name not in schema:
        shown = name[:LONGEST_ECHO]
        near = difflib.get_close_matches(shown, schema.names(), n=1)
        cure = f"Did you mean '{near[0]}'?" if near else ""
        raise Invalid(where, f"there is no column '{shown}'.", cure)


def _expression(condition: Filter, dtype: pl.DataType) -> pl.Expr:
    column = _column(condition.column)
    if condition.operator in NULL_TESTS:
        return NULL_TESTS[condition.operator](column)
    is_text = isinstance(dtype, pl.String | pl.Categorical | pl.Enum)
    if condition.operator in TEXT_TESTS:
        if not is_text:
            why = f"'{condition.operator}' works on text only."
            raise Invalid(f"filter {condition.column}", why)
        return TEXT_TESTS[condition.operator](
            column.cast(pl.String), pl.lit(condition.value.lower())
        )
    compare = COMPARISONS[condition.operator]
    if is_text:
        return compare(column.cast(pl.String), pl.lit(condition.value))
    if isinstance(dtype, pl.Datetime) and dtype.time_unit == "ms":
        column = column.dt.cast_time_unit("us")  # or the value would lose its microseconds
    value = value_of(f"filter {condition.column}", condition.value, dtype)
    return compare(column, value)

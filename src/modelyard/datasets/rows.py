"""Looking at rows: filter, sort, page."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
from polars import exceptions as polars_errors

from modelyard.datasets.faults import collect, first_line, reading
from modelyard.errors import Invalid

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
OPERATORS = (*COMPARISONS, *TEXT_TESTS, *NULL_TESTS)
MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class Filter:
    """One condition on a column, such as `dep_delay`, `gt`, `60`."""

    column: str
    operator: str
    value: str = ""


@dataclass(frozen=True)
class RowQuery:
    """Which rows of a table, in which order, from where and how many."""

    filters: tuple[Filter, ...] = ()
    sort: tuple[str, ...] = ()
    """Column names; one with a leading `-` sorts downwards. Nulls come last."""
    columns: tuple[str, ...] = ()
    """The columns to give; none named means all."""
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True)
class RowPage:
    """Some rows of a table, and how many match in all."""

    table: pl.DataFrame
    matching: int
    offset: int


def parse_filter(text: str) -> Filter:
    """Read `column:operator:value`; the value may hold colons, and is left out for `null`.

    A column's name may hold colons too: the last operator's name between colons that fits wins
    only where the first does not. Raises Invalid where there is no operator.
    """
    parts = text.split(":")
    for place in range(1, len(parts)):
        if parts[place] in OPERATORS:
            return Filter(":".join(parts[:place]), parts[place], ":".join(parts[place + 1 :]))
    raise Invalid(
        "filter",
        f"'{text}' is not column:operator:value.",
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
    if query.sort:
        keys = [key.removeprefix("-") for key in query.sort]
        for key in keys:
            refuse_unknown("sort", schema, key)
        down = [key.startswith("-") for key in query.sort]
        matching = matching.sort(keys, descending=down, nulls_last=True, maintain_order=True)
    for name in query.columns:
        refuse_unknown("columns", schema, name)
    chosen = matching.select(query.columns) if query.columns else matching
    return RowPage(collect(where, chosen.slice(query.offset, query.limit)), count, query.offset)


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
        near = difflib.get_close_matches(name, schema.names(), n=1)
        cure = f"Did you mean '{near[0]}'?" if near else ""
        raise Invalid(where, f"there is no column '{name}'.", cure)


def _expression(condition: Filter, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(condition.column)
    if condition.operator in NULL_TESTS:
        return NULL_TESTS[condition.operator](column)
    if condition.operator in TEXT_TESTS:
        if dtype not in {pl.String, pl.Categorical, pl.Enum}:
            raise Invalid(
                f"filter {condition.column}", f"'{condition.operator}' works on text only."
            )
        build = TEXT_TESTS[condition.operator]
        return build(column.cast(pl.String), pl.lit(condition.value.lower()))
    compare = COMPARISONS[condition.operator]
    if dtype in {pl.Categorical, pl.Enum}:
        return compare(column.cast(pl.String), pl.lit(condition.value))
    return compare(column, pl.lit(_value(condition, dtype)))


def _value(condition: Filter, dtype: pl.DataType) -> pl.Series:
    """Read the text of a filter as a value of the column's type."""
    where = f"filter {condition.column}"
    text = pl.Series([condition.value])
    if dtype == pl.Boolean:
        truth = {"true": True, "1": True, "false": False, "0": False}.get(condition.value.lower())
        if truth is None:
            raise Invalid(where, f"'{condition.value}' is neither true nor false.")
        return pl.Series([truth])
    try:
        with reading(where):
            if dtype.is_integer():
                return text.cast(pl.Int64 if "." not in condition.value else pl.Float64)
            if dtype.is_temporal() and dtype != pl.Duration:
                return _moment(condition.value, dtype)
            return text.cast(dtype)
    except (Invalid, polars_errors.PolarsError, ValueError) as fault:
        raise Invalid(
            where, f"'{condition.value}' is not a value of type {dtype}.", first_line(fault)[:0]
        ) from None


def _moment(text: str, dtype: pl.DataType) -> pl.Series:
    frame = pl.DataFrame({"text": [text]})
    column = pl.col("text")
    if isinstance(dtype, pl.Datetime) or dtype == pl.Datetime:
        moment = column.str.to_datetime(time_zone=getattr(dtype, "time_zone", None))
        day = (
            column.str.to_date()
            .cast(pl.Datetime)
            .dt.replace_time_zone(getattr(dtype, "time_zone", None))
        )
        return frame.select(day if len(text) == len("2024-01-31") else moment).to_series()
    if dtype == pl.Time:
        return frame.select(column.str.to_time()).to_series()
    return frame.select(column.str.to_date()).to_series()

"""Which rows are asked for, as a value: it knows no table, and loads no library."""

from dataclasses import dataclass


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

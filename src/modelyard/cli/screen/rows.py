"""Rows as a table of text."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from modelyard.cli.screen.console import say
from modelyard.cli.screen.numbers import NOTHING, count_text, plural
from modelyard.cli.screen.table import Column, say_left_out, show_table

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from modelyard.datasets.rows import RowPage


def show_rows(console: "Console", page: "RowPage") -> None:
    """Write the rows, with as many of their columns as fit, and how many rows match."""
    most = console.width // 3 + 1
    table = page.table
    columns = [column_of(table[:, place], place) for place in range(min(table.width, most))]
    if columns and table.height:
        left_out = show_table(console, columns)
        say_left_out(console, (*left_out, *table.columns[most:]))
    shown = table.height
    say(console, f"{count_text(shown)} of {plural(page.matching, 'matching row')}.", "dim")


def column_of(values: "pl.Series", rank: int) -> Column:
    """Lay out one column; columns further right are left out first."""
    cells = tuple(cell_text(value) for value in _plain(values))
    return Column(values.name, cells, values.dtype.is_numeric(), rank, most=30)


def _plain(values: "pl.Series") -> Iterable[Any]:
    """Give lists and structures as JSON values, other cells as they are."""
    if not values.dtype.is_nested():
        return values
    from modelyard.datasets.plain import plain_rows

    # under another name: a file may give a column any
    rows = plain_rows(values.name, values.alias("values").to_frame())
    return [row["values"] for row in rows]


def cell_text(value: Any) -> str:
    """Write a cell as it is, without separators: it may be a year or a number that names."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)

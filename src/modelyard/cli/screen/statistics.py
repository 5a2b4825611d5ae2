"""The figures of a table's columns, one table of text per kind of column."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from modelyard.cli.screen.console import say
from modelyard.cli.screen.numbers import count_text, number_text, plural, seconds_text
from modelyard.cli.screen.table import Column, say_left_out, show_table

if TYPE_CHECKING:
    from rich.console import Console

    from modelyard.datasets.figures import (
        BooleanColumn,
        ColumnFigures,
        DateColumn,
        NumberColumn,
        TableStatistics,
        TextColumn,
    )

Kind = TypeVar("Kind", bound="ColumnFigures")


def show_statistics(console: "Console", title: str, statistics: "TableStatistics") -> None:
    """Write what is known of every column."""
    from modelyard.datasets import figures

    columns = statistics.columns
    size = f"{plural(statistics.rows, 'row')} × {plural(len(columns), 'column')}"
    say(console, f"{title}: {size}", "bold")
    say(console, _method(statistics), "dim")
    sections = (
        ("Numbers", number_columns(_of_kind(columns, figures.NumberColumn))),
        ("Text", text_columns(_of_kind(columns, figures.TextColumn))),
        ("Dates and times", date_columns(_of_kind(columns, figures.DateColumn))),
        ("True or false", boolean_columns(_of_kind(columns, figures.BooleanColumn))),
        ("Other", other_columns(_of_kind(columns, figures.OtherColumn))),
    )
    for heading, section in sections:
        if section[0].cells:
            say(console, "")
            say(console, heading, "bold cyan")
            say_left_out(console, show_table(console, section))
    _say_notes(console, columns)


def number_columns(columns: Sequence["NumberColumn"]) -> list[Column]:
    """Lay out columns of numbers."""
    table = [
        *_shared(columns),
        _figures("mean", [column.mean for column in columns]),
        _figures("std", [column.std for column in columns], rank=3),
        _figures("min", [column.min for column in columns]),
        _figures("q1", [column.q1 for column in columns], rank=5),
        _figures("median", [column.median for column in columns], rank=1),
        _figures("q3", [column.q3 for column in columns], rank=6),
        _figures("max", [column.max for column in columns]),
        _figures("skew", [column.skew for column in columns], rank=7),
        _figures("sum", [column.sum for column in columns], rank=8),
    ]
    if any(column.nan or column.infinite for column in columns):
        table.insert(2, _figures("NaN", [column.nan for column in columns], rank=2))
        table.insert(3, _figures("infinite", [column.infinite for column in columns], rank=2))
    return table


def text_columns(columns: Sequence["TextColumn"]) -> list[Column]:
    """Lay out columns of text."""
    tops = tuple(
        ", ".join(f"{top.value} ({count_text(top.count)})" for top in column.top[:5])
        for column in columns
    )
    return [
        *_shared(columns),
        _figures("shortest", [column.length_min for column in columns], rank=6),
        _figures("mean length", [column.length_mean for column in columns], rank=5),
        _figures("longest", [column.length_max for column in columns], rank=1),
        Column("most frequent", tops, most=70, least=24),
    ]


def date_columns(columns: Sequence["DateColumn"]) -> list[Column]:
    """Lay out columns of dates and times."""
    return [
        *_shared(columns),
        _moments("first", [column.min for column in columns]),
        _moments("median", [column.median for column in columns], rank=5),
        _moments("last", [column.max for column in columns]),
    ]


def boolean_columns(columns: Sequence["BooleanColumn"]) -> list[Column]:
    """Lay out columns of true and false."""
    shares = (column.true_share for column in columns)
    percent = tuple("–" if share is None else f"{share:.2%}" for share in shares)
    return [
        *_shared(columns),
        _figures("true", [column.true for column in columns]),
        _figures("false", [column.false for column in columns]),
        Column("share of true", percent, is_number=True),
    ]


def other_columns(columns: Sequence["ColumnFigures"]) -> list[Column]:
    """Lay out columns of which only the nulls are counted."""
    types = tuple(column.type for column in columns)
    return [*_shared(columns)[:2], Column("type", types)]


def _shared(columns: Sequence["ColumnFigures"]) -> list[Column]:
    names = tuple(column.name for column in columns)
    return [
        Column("column", names, style="cyan", most=32, least=16),
        _figures("nulls", [column.nulls for column in columns], rank=2),
        _figures("distinct", [column.distinct for column in columns], rank=4),
    ]


def _figures(heading: str, values: Sequence[float | str | None], rank: int = 0) -> Column:
    return Column(heading, tuple(map(number_text, values)), is_number=True, rank=rank)


def _moments(heading: str, values: Sequence[str | None], rank: int = 0) -> Column:
    return _figures(heading, [value and value.replace("+00:00", "Z") for value in values], rank)


def _of_kind(columns: Sequence["ColumnFigures"], kind: type[Kind]) -> list[Kind]:
    return [column for column in columns if isinstance(column, kind)]


def _method(statistics: "TableStatistics") -> str:
    exactness = "Exact" if statistics.exact else "Approximate"
    return (
        f"{exactness}: {statistics.method.rstrip('.')}. "
        f"{seconds_text(statistics.seconds)}, {statistics.engine}."
    )


def _say_notes(console: "Console", columns: Sequence["ColumnFigures"]) -> None:
    noted = [column for column in columns if column.note]
    if noted:
        say(console, "")
    for column in noted:
        say(console, f"{column.name}: {column.note}", "yellow")

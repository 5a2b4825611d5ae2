"""Tables that fit the window: columns are left out by rank, never numbers cut short."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from modelyard.cli.clean import clean_line
from modelyard.cli.screen.console import say

if TYPE_CHECKING:
    from rich.console import Console

GAP = 2
NARROWEST = 8


@dataclass(frozen=True)
class Column:
    """One column of text."""

    heading: str
    cells: tuple[str, ...]
    is_number: bool = False
    rank: int = 0
    """Columns of the highest rank are left out first; those of rank 0 stay."""
    most: int = 40
    """The widest that text may be; numbers are as wide as they are."""
    least: int = 0
    """How narrow text may become before another column is left out; 0 means not at all."""
    style: str = ""
    wraps: bool = False
    """Whether long text goes on in the next line instead of being cut."""


def show_table(console: "Console", columns: Sequence[Column]) -> tuple[str, ...]:
    """Draw the columns that fit, and give the headings of those that do not."""
    from rich.table import Table
    from rich.text import Text

    trimmed = [_trimmed(column) for column in columns]
    kept = fitting(trimmed, console.width)
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    drawn = shortened(kept, console.width)
    for column in drawn:
        side: Literal["left", "right"] = "right" if column.is_number else "left"
        table.add_column(
            Text(column.heading),
            justify=side,
            style=column.style,
            no_wrap=not column.wraps,
            width=_width(column) if column.wraps else None,
        )
    for row in zip(*(column.cells for column in drawn), strict=True):
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
    kept_ids = {id(column) for column in kept}
    pairs = zip(columns, trimmed, strict=True)
    return tuple(column.heading for column, fit in pairs if id(fit) not in kept_ids)


def say_left_out(console: "Console", left_out: Sequence[str], most: int = 8) -> None:
    """Name the columns that found no room."""
    if left_out:
        more = len(left_out) - most
        names = ", ".join(left_out[:most]) + (f" and {more:,} more" if more > 0 else "")
        say(console, f"No room for: {names}. Widen the window, or use --json.", "dim")


def fitting(columns: Sequence[Column], width: int) -> list[Column]:
    """Leave out columns, those of the highest rank first, until the rest fits or is of rank 0."""
    kept = list(columns)
    while _total(kept, _least_width) > width and any(column.rank for column in kept):
        kept.remove(max(kept, key=lambda column: column.rank))
    return kept


def shortened(columns: Sequence[Column], width: int) -> list[Column]:
    """Shorten the widest texts until the columns fit."""
    kept = list(columns)
    while (excess := _total(kept, _width) - width) > 0:
        texts = [column for column in kept if not column.is_number]
        widest = max(texts, key=_width, default=None)
        if widest is None or _width(widest) <= NARROWEST:
            break
        most = max(NARROWEST, _width(widest) - excess)
        kept[kept.index(widest)] = _trimmed(replace(widest, most=most))
    return kept


def cut(text: str, most: int) -> str:
    """Shorten a text to `most` places on the screen, with an ellipsis."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= most:
        return text
    return set_cell_size(text, most - 1).rstrip() + "…"


def _trimmed(column: Column) -> Column:
    cells = tuple(clean_line(cell[:1000]) for cell in column.cells)
    if not column.is_number and not column.wraps:
        cells = tuple(cut(cell, column.most) for cell in cells)
    return replace(column, heading=cut(clean_line(column.heading), column.most), cells=cells)


def _total(columns: Sequence[Column], width_of: Callable[[Column], int]) -> int:
    return sum(width_of(column) for column in columns) + GAP * (len(columns) - 1)


def _least_width(column: Column) -> int:
    return min(_width(column), column.least) if column.least else _width(column)


def _width(column: Column) -> int:
    from rich.cells import cell_len

    width = max(cell_len(text) for text in (column.heading, *column.cells))
    return min(width, column.most) if column.wraps else width

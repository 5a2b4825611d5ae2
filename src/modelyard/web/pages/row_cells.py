"""Cells of a table as texts: digits exact, long texts cut, nothing and empty told apart."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

SHOWN = 120
"""Letters of a text that stand in the table."""
KEPT = 600
"""Letters of it that show when it is pointed at."""
EMPTY_FRACTION = re.compile(r"\.0+(?=$|[ +-])")


@dataclass(frozen=True)
class Cell:
    """One cell; `text` is None where the table holds nothing."""

    text: str | None
    kind: str = ""
    full: str = ""
    """The text as far as it is kept, where it was cut."""


@dataclass(frozen=True)
class CellColumn:
    """A column's name, type, and whether it holds numbers."""

    name: str
    type: str
    kind: str


def cell_columns(table: "pl.DataFrame") -> list[CellColumn]:
    """Say what the columns of a table are."""
    return [
        CellColumn(name, _short_type(dtype), _kind(dtype)) for name, dtype in table.schema.items()
    ]


def cell_rows(table: "pl.DataFrame") -> list[list[Cell]]:
    """Write a table's cells, row by row."""
    columns = [_cells(series) for series in table.iter_columns()]
    return [list(row) for row in zip(*columns, strict=True)]


def _cells(series: "pl.Series") -> list[Cell]:
    kind = _kind(series.dtype)
    return [_cell(text, kind) for text in _texts(series)]


def _cell(text: str | None, kind: str) -> Cell:
    if text is None:
        return Cell(None, f"null {kind}")
    if not text:
        return Cell("", "empty")
    if len(text) <= SHOWN:
        return Cell(text, kind)
    return Cell(text[: SHOWN - 1] + "…", kind, text if len(text) <= KEPT else text[:KEPT] + "…")


def _texts(series: "pl.Series") -> list[str | None]:
    """Write values as texts; numbers with all their digits and without spaces, to be copied."""
    import polars as pl

    dtype = series.dtype
    if dtype in {pl.String, pl.Categorical, pl.Enum}:
        return series.cast(pl.String).str.slice(0, KEPT + 1).to_list()
    if dtype == pl.Binary:
        return [None if size is None else f"{size} bytes" for size in series.bin.size().to_list()]
    if dtype == pl.Duration or dtype.is_nested():
        return [None if value is None else _plain(value) for value in series.to_list()]
    texts = series.cast(pl.String).to_list()
    if dtype.is_temporal():
        return [None if text is None else EMPTY_FRACTION.sub("", text) for text in texts]
    return texts


def _plain(value: object) -> str:
    import polars as pl

    return str(value.to_list() if isinstance(value, pl.Series) else value)[: KEPT + 1]


def _kind(dtype: "pl.DataType") -> str:
    if dtype.is_numeric():
        return "number"
    return "date" if dtype.is_temporal() else "text"


def _short_type(dtype: "pl.DataType") -> str:
    return str(dtype).split("(")[0]

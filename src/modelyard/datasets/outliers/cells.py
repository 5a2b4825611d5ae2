"""Reading some rows with all their values, in a form that JSON can hold."""

import json
import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from modelyard.datasets.faults import reading
from modelyard.datasets.outliers.reading import PLACE
from modelyard.datasets.outliers.results import Cell

LONGEST = 200
LARGEST = 2**63
NO_FRACTION = r"\.0+($|[+-])"


def read_rows(frame: pl.LazyFrame, rows: Sequence[int]) -> list[dict[str, Cell]]:
    """Read the rows of these numbers (the first is 0), in this order.

    Texts are cut while they are read, so a row of huge cells stays small.
    """
    schema = frame.collect_schema()
    number = _free_name(schema)
    chosen = pl.Series(sorted(rows), dtype=pl.UInt32).implode()
    with reading(PLACE):
        table = (
            frame.with_row_index(number)
            .select(number, *(_shortened(name, dtype) for name, dtype in schema.items()))
            .filter(pl.col(number).is_in(chosen))
            .collect(engine="streaming")
        )
    found = {record.pop(number): record for record in table.iter_rows(named=True)}
    return [{name: as_cell(value) for name, value in found[row].items()} for row in rows]


def cells_of(frame: pl.LazyFrame) -> list[dict[str, Cell]]:
    """Give all rows of a small table, in their order."""
    schema = frame.collect_schema()
    with reading(PLACE):
        table = frame.select(_shortened(name, dtype) for name, dtype in schema.items()).collect()
    return [
        {name: as_cell(value) for name, value in record.items()}
        for record in table.iter_rows(named=True)
    ]


def _free_name(schema: pl.Schema) -> str:
    """Find a name that no column has."""
    name = "row number"
    while name in schema:
        name += "'"
    return name


def _shortened(name: str, dtype: pl.DataType) -> pl.Expr:
    """Cut long texts, and write moments in ISO 8601, of any year."""
    column = pl.col(name)
    if dtype.is_temporal():
        return column.dt.to_string("iso:strict").str.replace(NO_FRACTION, "$1")
    if dtype.base_type() in {pl.Categorical, pl.Enum}:
        column = column.cast(pl.String)
    if dtype.base_type() in {pl.String, pl.Categorical, pl.Enum}:
        return column.str.head(LONGEST + 1)
    return column.bin.size().alias(name) if dtype == pl.Binary else column


def as_cell(value: Any) -> Cell:
    """Write a value as JSON can hold it: NaN, infinities and huge integers become text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -LARGEST <= value < LARGEST else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (list, dict)):
        return cut(json.dumps(value, default=str, ensure_ascii=False))
    return cut(str(value))


def cut(text: str) -> str:
    """Cut a long text for showing."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

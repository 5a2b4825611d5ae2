"""Outputs as tables of Polars, with the same columns and types every time."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelyard.scenarios.exchange.safe import safe_text
from modelyard.scenarios.execute import Answer
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.what_if import WhatIf

if TYPE_CHECKING:
    import polars as pl

DIGITS = 38


def type_of(described: Output | Parameter) -> "pl.DataType":
    """Give the type of a column; exact money keeps its places."""
    import polars as pl

    if described.kind == "integer":
        return pl.Int64()
    if described.kind == "date":
        return pl.Date()
    if not described.is_numeric:
        return pl.String()
    if described.is_exact:
        return pl.Decimal(DIGITS, 12 if described.places is None else described.places)
    return pl.Float64()


def frame_of(output: Output, value: Any) -> "pl.DataFrame":
    """Give an output as a table: its rows, or one row with the column `value`."""
    import polars as pl

    if output.kind != "table":
        return pl.DataFrame({"value": pl.Series([_fitting(output, value)], dtype=type_of(output))})
    return rows_frame(output.columns, value)


def rows_frame(
    columns: Sequence[Output | Parameter], rows: Sequence[Mapping[str, Any]]
) -> "pl.DataFrame":
    """Give rows as a table."""
    import polars as pl

    return pl.DataFrame(
        {
            column.name: pl.Series(
                [_fitting(column, row[column.name]) for row in rows], dtype=type_of(column)
            )
            for column in columns
        }
    )


def _fitting(described: Output | Parameter, value: Any) -> Any:
    if value is None or not described.is_numeric or not described.is_exact:
        return value
    return round(value, 12 if described.places is None else described.places)


def csv_of(frame: "pl.DataFrame") -> bytes:
    """Write a table as CSV whose texts no spreadsheet takes for formulas."""
    import polars as pl

    safe = frame.with_columns(
        pl.Series(name, [safe_text(value) for value in frame[name]], dtype=pl.String())
        for name, dtype in frame.schema.items()
        if dtype == pl.String()
    )
    return safe.rename({name: safe_text(name) for name in frame.columns}).write_csv().encode()


def parquet_of(frame: "pl.DataFrame") -> bytes:
    """Write a table as Parquet."""
    import io

    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def summary_frame(what_if: WhatIf, answers: Mapping[str, Answer]) -> "pl.DataFrame":
    """Give scenarios as rows: name, inputs and outputs that are no tables."""
    import polars as pl

    described = [
        (group, item)
        for group, items in (("in", what_if.parameters), ("out", what_if.outputs))
        for item in items
        if item.kind != "table"
    ]
    columns = {"scenario": pl.Series(list(answers), dtype=pl.String())}
    for group, item in described:
        values = [
            (answer.values if group == "in" else answer.outputs)[item.name]
            for answer in answers.values()
        ]
        name = item.name if item.name not in columns else f"{group}_{item.name}"
        fitting = [_fitting(item, value) for value in values]
        columns[name] = pl.Series(fitting, dtype=type_of(item))
    return pl.DataFrame(columns)

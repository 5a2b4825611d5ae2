"""Sums of one column by the values of another: what really happened, to hold a plan against."""

from typing import Literal, get_args

import polars as pl

from modelyard.datasets.rows import refuse_unknown
from modelyard.errors import Invalid

MOST = 5_000
Part = Literal["", "year", "month"]
"""Which part of a date is meant: `2026` or `2026-05`; empty takes the value as it is."""


def totals(where: str, frame: pl.LazyFrame, key: str, value: str, part: str) -> dict[str, float]:
    """Give the sum of `value` for each `key`, the keys as texts, in their order.

    Raises Invalid, naming `where`, for a column that is not there, a value that is no number, a
    part of what is no date, and more than 5,000 keys.
    """
    schema = frame.collect_schema()
    for name in (key, value):
        refuse_unknown(where, schema, name)
    if not schema[value].is_numeric():
        raise Invalid(f"{where}, column {value}", f"is {schema[value]}, and numbers are added up.")
    found = (
        frame.select(_key(where, key, schema[key], part).alias("key"), pl.col(value).alias("value"))
        .drop_nulls()
        .group_by("key")
        .agg(pl.col("value").sum().cast(pl.Float64))
        .sort("key")
        .head(MOST + 1)
        .collect()
    )
    if len(found) > MOST:
        raise Invalid(f"{where}, column {key}", f"has more than {MOST:,} different values.")
    texts = found["key"].cast(pl.String)
    return dict(zip(texts, found["value"], strict=True))


def numeric_columns(frame: pl.LazyFrame) -> tuple[list[str], list[str]]:
    """Give the names of all columns, and of those that are numbers."""
    schema = frame.collect_schema()
    return list(schema), [name for name, dtype in schema.items() if dtype.is_numeric()]


def _key(where: str, name: str, dtype: pl.DataType, part: str) -> pl.Expr:
    if part not in get_args(Part):
        raise Invalid("part", f"'{part[:20]}' is not known.", "Known: year, month.")
    column = pl.col(name)
    if part:
        if not dtype.is_temporal() or dtype in {pl.Time, pl.Duration}:
            raise Invalid(f"{where}, column {name}", f"is {dtype}, and has no {part}.")
        return column.dt.strftime("%Y" if part == "year" else "%Y-%m")
    if dtype.is_float():
        whole = column.cast(pl.Int64, strict=False)
        return (
            pl.when(whole == column).then(whole.cast(pl.String)).otherwise(column.cast(pl.String))
        )
    return column

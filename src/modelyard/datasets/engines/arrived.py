"""Rows as engines hand them out, in Arrow, taken as a table of Polars."""

from typing import Any

import polars as pl


def frame_of(arrived: Any) -> pl.DataFrame:
    """Take rows; spans of months and days, for which Polars has no type, become texts."""
    import pyarrow as pa

    for place, field in enumerate(arrived.schema):
        if pa.types.is_interval(field.type):
            texts = pa.array([_said(value) for value in arrived.column(place).to_pylist()])
            arrived = arrived.set_column(place, field.name, texts.cast(pa.string()))
    return pl.DataFrame(pl.from_arrow(arrived))


def _said(span: Any) -> str | None:
    if span is None:
        return None
    return f"{span.months} months {span.days} days {span.nanoseconds / 1e9:g} s"

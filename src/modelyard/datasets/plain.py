"""Rows as JSON can hold them, and as CSV can."""

import json
from typing import Any

import polars as pl
import polars.selectors as cs

from modelyard.datasets.faults import reading


def plain_rows(where: str, table: pl.DataFrame) -> list[dict[str, Any]]:
    """Give rows as JSON values, integers exact.

    Dates, times and durations become ISO 8601 texts, decimals texts, bytes base64; NaN and
    infinities become null. Raises Invalid, naming `where`, for what JSON cannot hold, such as
    bytes within lists.
    """
    with reading(where):
        clean = table.with_columns(
            cs.float().map_batches(lambda series: series.set(~series.is_finite(), None)),
            cs.binary().bin.encode("base64"),
            cs.temporal().dt.to_string("iso:strict"),
            cs.decimal().cast(pl.String),
        )
        rows: list[dict[str, Any]] = json.loads(clean.write_json())
    return rows


def flat(where: str, table: pl.DataFrame) -> pl.DataFrame:
    """Make a table that CSV can hold: lists and structures as JSON, durations and bytes as text.

    Raises Invalid, naming `where`, for what JSON cannot hold.
    """
    nested = [name for name, dtype in table.schema.items() if dtype.is_nested()]
    texts = [
        pl.Series(
            name, [_text(row[name]) for row in plain_rows(where, table.select(cs.by_name(name)))]
        )
        for name in nested
    ]
    return table.with_columns(
        cs.duration().dt.to_string("iso"), cs.binary().bin.encode("base64"), *texts
    )


def _text(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)

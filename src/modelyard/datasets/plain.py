"""Rows as JSON can hold them."""

import json
from typing import Any

import polars as pl
import polars.selectors as cs


def plain_rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Give rows as JSON values, integers exact.

    Dates, times and durations become ISO 8601 texts, decimals texts, bytes base64; NaN and
    infinities become null.
    """
    clean = table.with_columns(
        cs.float().map_batches(lambda series: series.set(~series.is_finite(), None)),
        cs.binary().bin.encode("base64"),
        cs.temporal().dt.to_string("iso:strict"),
        cs.decimal().cast(pl.String),
    )
    rows: list[dict[str, Any]] = json.loads(clean.write_json())
    return rows

"""The figures of a column of texts, worked out by an engine."""

from typing import Any

import narwhals as nw

from modelyard.datasets.columns import MOST_TOP, short
from modelyard.datasets.engines.table import EngineTable, whole
from modelyard.datasets.figures import TextColumn, TopValue


def text_profile(table: EngineTable, name: str, rows: int) -> TextColumn:
    """Have an engine compute the figures of a text column.

    Texts are compared by Unicode code point, whatever order the engine has of its own.
    """
    column = nw.col(name)
    lengths = column.str.len_chars()
    found = table.ask(
        column.null_count().alias("nulls"),
        lengths.min().alias("length_min"),
        lengths.cast(nw.Float64).mean().alias("length_mean"),
        lengths.cast(nw.Float64).quantile(0.5, "linear").alias("length_median"),
        lengths.max().alias("length_max"),
    )
    nulls = whole(found.pop("nulls"))
    if nulls == rows:
        return TextColumn(name=name, type="String", nulls=nulls, distinct=0)
    low, high = _extremes(table, name)
    return TextColumn(
        name=name,
        type="String",
        nulls=nulls,
        distinct=table.distinct(column),
        min=short(low),
        max=short(high),
        top=_top(table, name),
        **_plain(found),
    )


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    whole_ones = {key: whole(found[key]) for key in ("length_min", "length_max")}
    return whole_ones | {key: float(found[key]) for key in ("length_mean", "length_median")}


def _extremes(table: EngineTable, name: str) -> tuple[str, str]:
    """Give the first and last text by code point."""
    if table.ranked is None:
        column = nw.col(name)
        found = table.ask(column.min().alias("min"), column.max().alias("max"))
        return str(found["min"]), str(found["max"])
    ranked = table.ranked(name)
    ends = (ranked.sort("rank", descending=down).head(1) for down in (False, True))
    low, high = (str(table.records(end)[0]["value"]) for end in ends)
    return low, high


def _top(table: EngineTable, name: str) -> tuple[TopValue, ...]:
    """Give the ten most frequent texts; of equally frequent ones the first by code point."""
    if table.ranked is None:
        values = table.frame.select(nw.col(name).alias("value")).filter(~nw.col("value").is_null())
        keys = ["value"]
    else:
        values, keys = table.ranked(name), ["value", "rank"]
    counted = values.group_by(*keys).agg(nw.len().alias("count"))
    ordered = counted.sort("count", keys[-1], descending=[True, False]).head(MOST_TOP)
    return tuple(
        TopValue(value=short(str(row["value"])), count=whole(row["count"]))
        for row in table.records(ordered)
    )

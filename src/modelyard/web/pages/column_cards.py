"""The figures of a column, shaped as a card."""

from dataclasses import dataclass

from markupsafe import Markup

from modelyard.datasets.figures import (
    BooleanColumn,
    Column,
    DateColumn,
    NumberColumn,
    TextColumn,
)
from modelyard.web.charts import Histogram, histogram
from modelyard.web.charts.histogram import edge
from modelyard.web.numerals import counted, figure, integer, share

Pair = tuple[str, str]


@dataclass(frozen=True)
class Chart:
    """A histogram and what stands at its two ends."""

    picture: Markup
    low: str
    high: str
    outside: str = ""
    """How many values lie beyond the ends, in words."""


@dataclass(frozen=True)
class Bar:
    """One value and its share of the rows."""

    label: str
    count: str
    share: float
    share_text: str


@dataclass(frozen=True)
class ColumnCard:
    """What a card shows."""

    name: str
    type: str
    kind: str
    nulls: str
    nulls_share: float
    distinct: str
    figures: tuple[Pair, ...] = ()
    chart: Chart | None = None
    bars: tuple[Bar, ...] = ()
    note: str = ""


def card_of(column: Column, rows: int) -> ColumnCard:
    """Shape the figures of a column of a table with `rows` rows."""
    kind = str(column.__struct_config__.tag)
    return ColumnCard(
        name=column.name,
        type=column.type,
        kind=kind,
        nulls=_nulls(column, rows),
        nulls_share=column.nulls / rows if rows else 0.0,
        distinct=counted(column.distinct, "value") if column.distinct is not None else "",
        figures=_figures(column),
        chart=_chart(column),
        bars=_bars(column, rows),
        note=column.note,
    )


def _nulls(column: Column, rows: int) -> str:
    if not column.nulls:
        return "no nulls"
    return f"{counted(column.nulls, 'null')}, {share(column.nulls / rows if rows else 0.0)}"


def _figures(column: Column) -> tuple[Pair, ...]:
    if isinstance(column, NumberColumn):
        return _number_figures(column)
    if isinstance(column, TextColumn):
        return _text_figures(column)
    if isinstance(column, DateColumn):
        return (
            ("first", column.min or "–"),
            ("median", column.median or "–"),
            ("last", column.max or "–"),
        )
    return ()


def _number_figures(column: NumberColumn) -> tuple[Pair, ...]:
    shown: list[Pair] = [
        ("mean", figure(column.mean)),
        ("min", figure(column.min)),
        ("std", figure(column.std)),
        ("quartile 1", figure(column.q1)),
        ("skew", figure(column.skew)),
        ("median", figure(column.median)),
        ("sum", figure(column.sum)),
        ("quartile 3", figure(column.q3)),
        ("", ""),
        ("max", figure(column.max)),
    ]
    apart = [("NaN", integer(column.nan))] if column.nan else []
    apart += [("infinite", integer(column.infinite))] if column.infinite else []
    if apart:
        shown[8] = apart.pop(0)
    return (*shown, *apart)


def _text_figures(column: TextColumn) -> tuple[Pair, ...]:
    if column.length_max is None:
        return ()
    return (
        ("first", column.min or "empty"),
        ("last", column.max or "empty"),
        ("shortest", counted(column.length_min or 0, "letter")),
        ("longest", counted(column.length_max, "letter")),
        ("mean length", figure(column.length_mean)),
        ("median length", figure(column.length_median)),
    )


def _chart(column: Column) -> Chart | None:
    if not isinstance(column, NumberColumn | DateColumn) or column.histogram is None:
        return None
    shown = column.histogram
    ends: Histogram = shown
    return Chart(
        picture=histogram(ends, f"Histogram of {column.name}"),
        low=_end(shown.edges[0]),
        high=_end(shown.edges[-1]),
        outside=_outside(shown.below, shown.above),
    )


def _end(value: float | str) -> str:
    """Write an end of the axis; of a moment at midnight the day is enough."""
    return edge(value).removesuffix("T00:00:00")


def _outside(below: int, above: int) -> str:
    sides = ((below, "below"), (above, "above"))
    words = [f"{integer(count)} {side}" for count, side in sides if count]
    return f"not drawn: {', '.join(words)}" if words else ""


def _bars(column: Column, rows: int) -> tuple[Bar, ...]:
    if isinstance(column, BooleanColumn):
        return (_bar("true", column.true, rows), _bar("false", column.false, rows))
    if isinstance(column, TextColumn):
        if column.distinct == rows and rows > 1 and not column.nulls:
            return ()
        return tuple(_bar(top.value, top.count, rows) for top in column.top[:6])
    return ()


def _bar(label: str, count: int, rows: int) -> Bar:
    part = count / rows if rows else 0.0
    return Bar(label, integer(count), part, share(part))

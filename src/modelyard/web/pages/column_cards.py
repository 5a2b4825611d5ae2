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
from modelyard.web.charts import histogram
from modelyard.web.charts.histogram import edge
from modelyard.web.numerals import NONE, THIN, counted, figure, integer, moment, share

Pair = tuple[str, str]
WIDEST = 12
"""Letters of a figure that fit beside another one."""
WIDEST_END = 12
"""Letters that fit at an end of an axis."""


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
    full_type: str
    kind: str
    nulls: str
    nulls_share: float
    distinct: str
    figures: tuple[Pair, ...] = ()
    is_wide: bool = False
    """Whether a figure is too long for two columns of them."""
    chart: Chart | None = None
    bars: tuple[Bar, ...] = ()
    note: str = ""


def card_of(column: Column, rows: int) -> ColumnCard:
    """Shape the figures of a column of a table with `rows` rows."""
    kind = str(column.__struct_config__.tag)
    figures = _figures(column)
    return ColumnCard(
        name=column.name,
        type=short_type(column.type),
        full_type=column.type,
        kind=kind,
        nulls=_nulls(column, rows),
        nulls_share=column.nulls / rows if rows else 0.0,
        distinct=f"{integer(column.distinct)} distinct" if column.distinct is not None else "",
        figures=figures,
        is_wide=any(len(value) > WIDEST for _, value in figures),
        chart=_chart(column),
        bars=_bars(column, rows),
        note=_note(column) if figures or column.nulls < rows else _without_values(column),
    )


def short_type(dtype: str) -> str:
    """Write a type without what is in its brackets, but for lists and structures."""
    return dtype if dtype.startswith(("List", "Array", "Struct")) else dtype.partition("(")[0]


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
            ("first", moment(column.min)),
            ("median", moment(column.median)),
            ("last", moment(column.max)),
        )
    return ()


def _number_figures(column: NumberColumn) -> tuple[Pair, ...]:
    return (
        ("min", figure(column.min)),
        (f"25{THIN}%", figure(column.q1)),
        ("median", figure(column.median)),
        (f"75{THIN}%", figure(column.q3)),
        ("max", figure(column.max)),
        ("mean", figure(column.mean)),
        ("std", figure(column.std)),
        ("skew", NONE if column.skew is None else figure(round(column.skew, 3))),
        ("sum", figure(column.sum)),
    )


def _text_figures(column: TextColumn) -> tuple[Pair, ...]:
    if column.length_max is None or column.length_min is None:
        return ()
    ends = {column.length_min: None, column.length_max: None}
    lengths = " to ".join(integer(end) for end in ends)
    means = f", mean {column.length_mean:.1f}, median {figure(column.length_median)}"
    return (
        ("first", column.min or "empty"),
        ("last", column.max or "empty"),
        ("letters", lengths + (means if len(ends) > 1 else "")),
    )


def _note(column: Column) -> str:
    if not isinstance(column, NumberColumn):
        return column.note
    if column.type.startswith("Duration"):
        return f"In seconds. {column.note}".strip()
    if not column.nan + column.infinite:
        return column.note
    apart = ((column.nan, "NaN"), (column.infinite, "infinite"))
    words = " and ".join(f"{integer(count)} {name}" for count, name in apart if count)
    return f"Left out: {words}. {column.note}".strip()


def _without_values(column: Column) -> str:
    return f"The column has no values. {_note(column)}".strip()


def _chart(column: Column) -> Chart | None:
    if not isinstance(column, NumberColumn | DateColumn) or column.histogram is None:
        return None
    shown = column.histogram
    return Chart(
        picture=histogram(shown, f"Histogram of {column.name}"),
        low=_end(shown.edges[0] if shown.below else column.min),
        high=_end(shown.edges[-1] if shown.above else column.max),
        outside=_outside(shown.below, shown.above),
    )


def _end(value: float | str | None) -> str:
    """Write an end of the axis; of a moment the day is enough."""
    if value is None:
        return ""
    text = edge(value).partition("T")[0]
    return edge(float(value)) if len(text) > WIDEST_END and isinstance(value, int) else text


def _outside(below: int, above: int) -> str:
    sides = ((below, "below"), (above, "above"))
    words = [f"{integer(count)} {side}" for count, side in sides if count]
    return f"not drawn: {', '.join(words)}" if words else ""


def _bars(column: Column, rows: int) -> tuple[Bar, ...]:
    if isinstance(column, BooleanColumn):
        return (_bar("true", column.true, rows), _bar("false", column.false, rows))
    if isinstance(column, TextColumn):
        return tuple(_bar(top.value, top.count, rows) for top in column.top[:6] if top.count > 1)
    return ()


def _bar(label: str, count: int, rows: int) -> Bar:
    part = count / rows if rows else 0.0
    return Bar(label, integer(count), part, share(part))

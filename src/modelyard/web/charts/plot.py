"""Plots with two axes: lines, areas, bars and waterfalls.

The picture stretches with its place; its labels are text beside it, so they stay readable on a
phone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from modelyard.web.charts.scale import Scale, scale_of, spread_places
from modelyard.web.charts.svg import element, picture
from modelyard.web.numerals import figure

WIDTH = 600.0
HEIGHT = 200.0
MOST_LABELS = 7
MOST_NAMED = 12
"""Bars that have a label each, cut where there is no room."""
LETTERS = 44
"""About how many fit below a plot on a phone."""
COLOURS = 8
"""How many series have a colour of their own; the next begins again."""
LONGEST_LABEL = 16
Kind = Literal["line", "area", "bar", "waterfall"]
Write = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """Values under one name, one for each place along the bottom; None where there is none."""

    name: str
    values: Sequence[float | None]
    low: Sequence[float] = ()
    """The lower edge of a band around it."""
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Plot:
    """What is drawn, with its names."""

    kind: Kind
    title: str
    places: Sequence[str]
    series: Sequence[Series]
    unit: str = ""


def plot(shown: Plot, write: Write = figure) -> Markup:
    """Draw a plot as a figure: picture, labels, and a legend where there are several series."""
    scale = scale_of(_all_values(shown), shown.kind != "line")
    content = (*_lines(scale), *_drawn(shown, scale))
    drawing = picture(
        content,
        shown.title,
        in_words(shown, write),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        preserveAspectRatio="none",
    )
    unit = [element("p", [shown.unit], class_="plot-unit")] if shown.unit else []
    ticks = [element("span", [write(tick)]) for tick in reversed(scale.ticks)]
    left = element("div", ticks, class_="plot-left", aria_hidden="true")
    return element(
        "figure",
        (*unit, left, drawing, _bottom(shown), *_legend(shown)),
        class_=f"plot {shown.kind}",
    )


def in_words(shown: Plot, write: Write) -> str:
    """Say what is seen: for each series where it begins, where it ends, and its extremes."""
    parts = []
    for one in shown.series[:COLOURS]:
        known = [(place, value) for place, value in zip(shown.places, one.values, strict=True)
                 if value is not None]  # fmt: skip
        if known:
            (first, begin), (last, end) = known[0], known[-1]
            values = [value for _, value in known]
            parts.append(
                f"{one.name}: {write(begin)} at {first}, {write(end)} at {last}, "
                f"from {write(min(values))} to {write(max(values))}."
            )
    return " ".join(parts) or "No values."


def _all_values(shown: Plot) -> list[float | None]:
    if shown.kind == "waterfall":
        return [end for ends in _steps(shown.series[0].values) for end in ends]
    return [value for one in shown.series for value in (*one.values, *one.low, *one.high)]


def _lines(scale: Scale) -> Iterator[Markup]:
    for tick in scale.ticks:
        y = _y(scale, tick)
        kind = "zero" if tick == 0 else "tick"
        yield element("line", class_=kind, x1=0, x2=WIDTH, y1=y, y2=y)


def _drawn(shown: Plot, scale: Scale) -> Iterator[Markup]:
    if shown.kind == "waterfall":
        yield from _waterfall(shown, scale)
    elif shown.kind == "bar":
        yield from _bars(shown, scale)
    else:
        for number, one in enumerate(shown.series):
            yield from _curve(shown, number, one, scale)


def _curve(shown: Plot, number: int, one: Series, scale: Scale) -> Iterator[Markup]:
    colour = f"s-{number % COLOURS}"
    xs = _xs(len(one.values))
    if one.low:
        ups = [f"{x:.1f},{_y(scale, value):.1f}" for x, value in zip(xs, one.high, strict=True)]
        downs = [f"{x:.1f},{_y(scale, value):.1f}" for x, value in zip(xs, one.low, strict=True)]
        yield element("polygon", class_=f"band {colour}", points=" ".join(ups + downs[::-1]))
    title = element("title", [one.name])
    for stretch in _stretches(xs, one.values):
        points = [(x, _y(scale, value)) for x, value in stretch]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        if shown.kind == "area" and len(shown.series) == 1:
            zero = _y(scale, 0.0)
            ends = f"{points[-1][0]:.1f},{zero:.1f} {points[0][0]:.1f},{zero:.1f}"
            yield element("polygon", class_=f"fill {colour}", points=f"{path} {ends}")
        if len(points) == 1:
            x, y = points[0]
            yield element("line", [title], class_=f"curve {colour}", x1=x - 3, x2=x + 3, y1=y, y2=y)
        else:
            yield element("polyline", [title], class_=f"curve {colour}", points=path)


def _stretches(
    xs: Sequence[float], values: Sequence[float | None]
) -> Iterator[list[tuple[float, float]]]:
    """Give the parts of a curve between which values are missing."""
    part: list[tuple[float, float]] = []
    for x, value in zip(xs, values, strict=True):
        if value is None:
            if part:
                yield part
            part = []
        else:
            part.append((x, value))
    if part:
        yield part


def _bars(shown: Plot, scale: Scale) -> Iterator[Markup]:
    room = WIDTH / max(len(shown.places), 1)
    wide = room * 0.8 / max(len(shown.series), 1)
    for number, one in enumerate(shown.series):
        for place, value in enumerate(one.values):
            if value is None:
                continue
            x = place * room + room * 0.1 + number * wide
            words = f"{one.name}, {shown.places[place]}: {figure(value)}"
            heights = (_y(scale, 0.0), _y(scale, value))
            yield _box(x, wide, heights, f"s-{number % COLOURS}", words)


def _waterfall(shown: Plot, scale: Scale) -> Iterator[Markup]:
    room = WIDTH / max(len(shown.places), 1)
    values = shown.series[0].values
    for place, (value, ends) in enumerate(zip(values, _steps(values), strict=True)):
        tone = "down" if (value or 0) < 0 else "up"
        words = f"{shown.places[place]}: {figure(value)}, then {figure(ends[1])}"
        heights = [_y(scale, end) for end in ends]
        yield _box(place * room + room * 0.1, room * 0.8, heights, tone, words)


def _steps(values: Sequence[float | None]) -> list[tuple[float, float]]:
    """Give where each step of a waterfall begins and ends."""
    found, height = [], 0.0
    for value in values:
        found.append((height, height + (value or 0.0)))
        height += value or 0.0
    return found


def _box(x: float, wide: float, heights: Sequence[float], tone: str, words: str) -> Markup:
    top, bottom = sorted(heights)
    high = max(bottom - top, 0.8)
    return element(
        "rect", [element("title", [words])], class_=tone, x=x, y=top, width=wide, height=high
    )


def _bottom(shown: Plot) -> Markup:
    """Write the labels below: each of a few bars has its own, a curve's run from end to end."""
    if shown.kind in {"bar", "waterfall"} and len(shown.places) <= MOST_NAMED:
        labels = [element("span", [place], title=place) for place in shown.places]
        return element("div", labels, class_="plot-bottom each", aria_hidden="true")
    longest = max((len(_short(place)) for place in shown.places), default=1)
    most = min(max(LETTERS // (longest + 2), 2), MOST_LABELS)
    chosen = spread_places(len(shown.places), most)
    labels = [element("span", [_short(shown.places[place])]) for place in chosen]
    return element("div", labels, class_="plot-bottom", aria_hidden="true")


def _legend(shown: Plot) -> Iterator[Markup]:
    if len(shown.series) > 1:
        yield element(
            "figcaption",
            [
                element("span", [element("i", class_=f"s-{number % COLOURS}"), one.name])
                for number, one in enumerate(shown.series)
            ],
        )


def _xs(count: int) -> list[float]:
    return [WIDTH * place / (count - 1) if count > 1 else WIDTH / 2 for place in range(count)]


def _y(scale: Scale, value: float) -> float:
    return HEIGHT * (1 - scale.share(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"

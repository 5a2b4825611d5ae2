"""Histograms."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from markupsafe import Markup

from modelyard.web.charts.svg import element, picture
from modelyard.web.numerals import counted, figure

WIDTH = 300.0
HEIGHT = 64.0
LEAST = 1.2
"""The height of a bar that is not empty: it is seen, however few it stands for."""


class Histogram(Protocol):
    """Counts between edges, as the rooms give them."""

    @property
    def edges(self) -> Sequence[float | str]:
        """One more than there are bars."""

    @property
    def counts(self) -> Sequence[int]:
        """The height of each bar."""


def histogram(
    shown: Histogram,
    title: str,
    marker: float | None = None,
    is_logarithmic: bool = False,
    noun: str = "row",
) -> Markup:
    """Draw a histogram that is as wide as its place; `marker` draws a line at a value.

    `noun` is what is counted.
    """
    bars = list(_bars(shown, is_logarithmic, noun))
    line = [_line(shown, marker)] if marker is not None else []
    return picture(
        (*bars, *line),
        title,
        _in_words(shown, noun),
        class_="histogram",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        preserveAspectRatio="none",
    )


def place_of(shown: Histogram, value: float) -> float:
    """Tell where on the picture's width a value is; beyond its ends, at the end."""
    low, high = float(shown.edges[0]), float(shown.edges[-1])
    share = (value - low) / (high - low) if high > low else 0.5
    return WIDTH * min(max(share, 0.0), 1.0)


def _bars(shown: Histogram, is_logarithmic: bool, noun: str) -> Iterator[Markup]:
    heights = _heights(shown.counts, is_logarithmic)
    step = WIDTH / max(len(shown.counts), 1)
    gap = 0.12 * step if len(shown.counts) > 1 else 0.42 * step
    for place, (count, height) in enumerate(zip(shown.counts, heights, strict=True)):
        if count:
            yield element(
                "rect",
                [element("title", [_bar_words(shown, place, noun)])],
                x=place * step + gap / 2,
                y=HEIGHT - height,
                width=step - gap,
                height=height,
            )


def _heights(counts: Sequence[int], is_logarithmic: bool) -> list[float]:
    import math

    sizes = [math.log1p(count) if is_logarithmic else float(count) for count in counts]
    top = max(sizes, default=0.0) or 1.0
    return [max(size / top * HEIGHT, LEAST) for size in sizes]


def _line(shown: Histogram, value: float) -> Markup:
    place = place_of(shown, value)
    return element("line", class_="marker", x1=place, x2=place, y1=0, y2=HEIGHT)


def edge(value: float | str) -> str:
    """Write an edge of a bin."""
    return value if isinstance(value, str) else figure(value)


def _bar_words(shown: Histogram, place: int, noun: str) -> str:
    low, high = edge(shown.edges[place]), edge(shown.edges[place + 1])
    between = low if low == high else f"{low} to {high}"
    return f"{between}: {counted(shown.counts[place], noun)}"


def _in_words(shown: Histogram, noun: str) -> str:
    if not any(shown.counts):
        return "No values."
    fullest = max(range(len(shown.counts)), key=shown.counts.__getitem__)
    bars = counted(len(shown.counts), "bar")
    ends = f"{edge(shown.edges[0])} to {edge(shown.edges[-1])}"
    return f"{bars} from {ends}. The fullest: {_bar_words(shown, fullest, noun)}."

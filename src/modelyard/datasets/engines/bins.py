"""Histograms that an engine counts: the same bins as of a sorted column."""

import math
from dataclasses import dataclass

import narwhals as nw
import numpy as np

from modelyard.datasets import numbers
from modelyard.datasets.engines.table import EngineTable, count_of, whole
from modelyard.datasets.figures import Histogram

CLOSE = 1e-12
"""How far, as a share, an interpolated order statistic may be from the value that it is."""


@dataclass(frozen=True)
class Ends:
    """The extremes of a column, and about those of its middle 99 %."""

    low: float
    high: float
    inner_low: float
    inner_high: float

    @classmethod
    def of(cls, answer: dict[str, object]) -> "Ends":
        """Take them from an engine's answer to `ends_of`."""
        names = ("min", "max", "inner_low", "inner_high")
        return cls(*(float(answer[name]) for name in names))  # type: ignore[arg-type]


def ends_of(values: nw.Expr, count: int) -> list[nw.Expr]:
    """Ask for about the extremes of the middle 99 % of `count` values."""
    places = zip(("inner_low", "inner_high"), numbers.inner_places(count), strict=True)
    floats = values.cast(nw.Float64)
    return [
        floats.quantile(place / max(1, count - 1), "linear").alias(name) for name, place in places
    ]


def histogram_of(
    table: EngineTable, values: nw.Expr, ends: Ends, count: int, is_whole: bool
) -> Histogram | None:
    """Count the values in bins of equal width; None where their range has no width in floats."""
    low, high, is_cut = ends.low, ends.high, False
    if numbers.is_squashed(ends.inner_low, ends.inner_high, ends.low, ends.high):
        low, high, is_cut = *_snapped(table, values, ends), True
    if not math.isfinite(high - low):
        return None
    edges = numbers.bin_edges(low, high, is_whole)
    below, above, upto = _counted(table, values, low, high, edges[1:-1].tolist(), is_cut)
    counts = np.diff([0, *(one - below for one in upto), count - below - above])
    return Histogram(
        edges=tuple(float(edge) for edge in edges),
        counts=tuple(int(one) for one in counts),
        below=below,
        above=above,
    )


def _snapped(table: EngineTable, values: nw.Expr, ends: Ends) -> tuple[float, float]:
    """Give the values of the table that the interpolated ends of the middle stand for."""
    near = CLOSE * max(abs(ends.inner_low), abs(ends.inner_high))
    floats = values.cast(nw.Float64)
    inside = (floats >= ends.inner_low - near) & (floats <= ends.inner_high + near)
    found = table.ask(
        nw.when(inside).then(floats).min().alias("low"),
        nw.when(inside).then(floats).max().alias("high"),
    )
    return float(found["low"]), float(found["high"])  # type: ignore[arg-type]


def _counted(  # noqa: PLR0913, PLR0917 (what one question to the engine is made of)
    table: EngineTable,
    values: nw.Expr,
    low: float,
    high: float,
    inner_edges: list[float],
    is_cut: bool,
) -> tuple[int, int, list[int]]:
    """Count the values below, above, and below each edge; one question for all."""
    floats = values.cast(nw.Float64)
    asked = [count_of(floats < edge, f"edge{place}") for place, edge in enumerate(inner_edges)]
    if is_cut:
        asked += [count_of(floats < low, "below"), count_of(floats > high, "above")]
    found = table.ask(*asked) if asked else {}
    upto = [whole(found[f"edge{place}"]) for place in range(len(inner_edges))]
    return whole(found.get("below")), whole(found.get("above")), upto

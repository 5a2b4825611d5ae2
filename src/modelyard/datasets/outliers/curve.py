"""Summing up the scores: a curve of thresholds and a histogram."""

import numpy as np
from numpy.typing import NDArray

from modelyard.datasets.figures import Histogram
from modelyard.datasets.outliers.detector import Scores
from modelyard.datasets.outliers.results import Curve

BINS = 60
EQUAL = 1e-9
"""Scores whose spread is this share of their size differ by rounding only."""


def percentiles() -> NDArray[np.float64]:
    """Give the curve's points: 0 to 99 in steps of 0.1, then to 100 in steps of 0.001."""
    coarse = np.arange(0, 990) / 10
    fine = np.arange(99_000, 100_001) / 1_000
    return np.concatenate((coarse, fine))


def scores_at(ordered: Scores, points: NDArray[np.float64]) -> Scores:
    """Interpolate the percentiles linearly in `ordered`, the scores from low to high.

    It is NumPy's definition (Hyndman and Fan 1996, definition 7), with which PyOD draws its
    threshold too: the highest of a few rows is above the 99th percentile.
    """
    places = np.round((len(ordered) - 1) * points / 100, 6)
    lower = np.floor(places).astype(np.int64)
    upper = np.minimum(lower + 1, len(ordered) - 1)
    found: Scores = ordered[lower] + (ordered[upper] - ordered[lower]) * (places - lower)
    return found


def count_above(ordered: Scores, thresholds: Scores) -> NDArray[np.int64]:
    """Count, per threshold, the scores above it."""
    return len(ordered) - np.searchsorted(ordered, thresholds, side="right")


def curve_of(ordered: Scores) -> Curve:
    """Draw the curve of thresholds from scores in order."""
    points = percentiles()
    thresholds = scores_at(ordered, points)
    return Curve(
        percentiles=tuple(points.tolist()),
        scores=tuple(thresholds.tolist()),
        flagged=tuple(count_above(ordered, thresholds).tolist()),
    )


def histogram_of(scores: Scores) -> Histogram:
    """Count the scores in 60 bins of equal width; together 1 wide where all are equal."""
    low, high = float(scores.min()), float(scores.max())
    if high - low <= EQUAL * max(abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    counts, edges = np.histogram(scores, bins=BINS, range=(low, high))
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist()))

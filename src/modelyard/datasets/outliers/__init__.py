"""Outliers: which rows of a table stand out, by how much, and why."""

from modelyard.datasets.outliers.results import (
    ColumnSkipped,
    ColumnUsed,
    Curve,
    OutlierScan,
    Reason,
    Threshold,
    WorstRow,
)
from modelyard.datasets.outliers.scan import find_outliers
from modelyard.datasets.outliers.threshold import at_threshold

__all__ = [
    "ColumnSkipped",
    "ColumnUsed",
    "Curve",
    "OutlierScan",
    "Reason",
    "Threshold",
    "WorstRow",
    "at_threshold",
    "find_outliers",
]

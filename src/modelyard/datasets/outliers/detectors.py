"""The detectors by name."""

import difflib

from modelyard.datasets.outliers.detector import Detector
from modelyard.datasets.outliers.forest import fit_forest
from modelyard.datasets.outliers.pyod_models import fit_hbos, fit_knn, fit_lof, fit_pca
from modelyard.datasets.outliers.tails import fit_copod, fit_ecod
from modelyard.errors import LONGEST_ECHO, Invalid

MOST_COMPARED = 50_000
"""Rows for detectors that compare every row with every other: about 40 s at 12 columns."""

DETECTORS = {
    detector.name: detector
    for detector in (
        Detector(
            "iforest",
            "Isolation Forest",
            "scikit-learn",
            fit_forest,
            is_random=True,
            single_precision=True,
        ),
        Detector("ecod", "ECOD, tails of each column", "numpy", fit_ecod),
        Detector("copod", "COPOD, tails of an empirical copula", "numpy", fit_copod),
        Detector("hbos", "Histogram-based outlier score", "pyod", fit_hbos),
        Detector("pca", "Principal components", "pyod", fit_pca),
        Detector(
            "knn",
            "Distance to the 5th nearest neighbour",
            "pyod",
            fit_knn,
            least_rows=6,
            most_rows=MOST_COMPARED,
        ),
        Detector("lof", "Local outlier factor", "pyod", fit_lof, most_rows=MOST_COMPARED),
    )
}


def get_detector(name: str) -> Detector:
    """Find a detector by its name.

    Raises Invalid with the names there are, and the nearest.
    """
    if name in DETECTORS:
        return DETECTORS[name]
    shown = name[:LONGEST_ECHO]
    near = difflib.get_close_matches(shown.lower(), DETECTORS, n=1)
    cure = f"Did you mean '{near[0]}'?" if near else ""
    raise Invalid("detector", f"'{shown}' is not one of {', '.join(DETECTORS)}.", cure)


def refuse_size(detector: Detector, rows: int) -> None:
    """Raise Invalid where the table has too few or too many rows for the detector."""
    if rows < detector.least_rows:
        raise Invalid(
            "outliers",
            f"{detector.name} needs at least {detector.least_rows} rows to compare; "
            f"the table has {rows}.",
        )
    if detector.most_rows is not None and rows > detector.most_rows:
        raise Invalid(
            "outliers",
            f"{detector.name} compares every row with every other, so it takes at most "
            f"{detector.most_rows:,} rows; the table has {rows:,}.",
            "Choose iforest, ecod, copod, hbos or pca, or take a part of the table.",
        )

"""The detectors that PyOD fits, each with PyOD's own parameters.

Zhao, Nasrullah and Li 2019, "PyOD: A Python Toolbox for Scalable Outlier Detection"
(arXiv:1901.01588). Importing PyOD takes more than a second, so it waits until one is asked for.
"""

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelyard.datasets.outliers.detector import Matrix, Scores
from modelyard.datasets.outliers.occlusion import occlude
from modelyard.errors import Invalid, Unavailable


@dataclass(frozen=True)
class PyodModel:
    """A model that PyOD has fitted."""

    model: Any

    def own_scores(self) -> Scores:
        """Score the rows it was fitted on: PyOD did so while fitting."""
        scores: Scores = np.asarray(self.model.decision_scores_, dtype=np.float64)
        return scores

    def drops(self, rows: Matrix, typical: Scores) -> Scores:
        """Tell how far scores fall when a column takes its typical value."""
        return occlude(self.model.decision_function, rows, typical)


def fit_hbos(matrix: Matrix, seed: int) -> PyodModel:  # noqa: ARG001 (draws no random numbers)
    """Count each column in 10 bins: rows in thinly filled bins stand out."""
    return _fit("hbos", "HBOS", matrix)


def fit_pca(matrix: Matrix, seed: int) -> PyodModel:  # noqa: ARG001 (draws no random numbers)
    """Find the principal axes: rows far along the short ones stand out."""
    return _fit("pca", "PCA", matrix)


def fit_knn(matrix: Matrix, seed: int) -> PyodModel:  # noqa: ARG001 (draws no random numbers)
    """Measure the distance to the fifth nearest row, on all cores."""
    return _fit("knn", "KNN", matrix, n_jobs=-1)


def fit_lof(matrix: Matrix, seed: int) -> PyodModel:  # noqa: ARG001 (draws no random numbers)
    """Compare the density around a row with that around its 20 neighbours, on all cores."""
    return _fit("lof", "LOF", matrix, n_jobs=-1)


def _fit(name: str, class_name: str, matrix: Matrix, **options: int) -> PyodModel:
    """Fit one of PyOD's models.

    Raises Unavailable where PyOD is not installed, and Invalid where it refuses the table.
    """
    try:
        module = importlib.import_module(f"pyod.models.{name}")
    except ImportError as fault:
        raise Unavailable(
            "outliers",
            f"the detector '{name}' needs PyOD, which is not installed.",
            "Install it with: pip install 'modelyard[pyod]'",
        ) from fault
    try:
        return PyodModel(getattr(module, class_name)(**options).fit(matrix))
    except ValueError as fault:
        raise Invalid("outliers", f"{name} cannot use this table: {fault}") from fault

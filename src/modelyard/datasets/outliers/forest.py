"""Isolation Forest: rows that random cuts set apart early stand out.

Liu, Ting and Zhou 2008, "Isolation Forest" (doi:10.1109/ICDM.2008.17). The forest is
scikit-learn's, the one that PyOD's IForest runs; only the scoring is done here, in threads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelyard.datasets.outliers.detector import Matrix, Scores
from modelyard.datasets.outliers.occlusion import occlude
from modelyard.datasets.outliers.threads import in_threads
from modelyard.errors import Unavailable

TREES = 100
CHUNK_ROWS = 16_384
"""Small enough to share out evenly, large enough that calling a tree costs next to nothing."""


@dataclass(frozen=True)
class Forest:
    """A fitted forest. Scores are in (0, 1); about 0.5 is ordinary."""

    matrix: Matrix
    trees: Sequence[Any]
    lengths: Sequence[Scores]
    """Per tree, the length of the path to every node: depth, and what is left below a leaf."""
    usual_length: float
    """The mean length of a path in a tree of as many rows as each of these was grown on."""

    def own_scores(self) -> Scores:
        """Score the rows it was fitted on."""
        return self.score(self.matrix)

    def drops(self, rows: Matrix, typical: Scores) -> Scores:
        """Tell how far scores fall when a column takes its typical value."""
        return occlude(self.score, rows, typical)

    def score(self, matrix: Matrix) -> Scores:
        """Score rows: the same bits as the negative of scikit-learn's `score_samples`."""
        single = matrix.astype(np.float32, copy=False)
        starts = range(0, len(single), CHUNK_ROWS)
        chunks = (single[start : start + CHUNK_ROWS] for start in starts)
        total = np.concatenate(list(in_threads(self._path_lengths, chunks)))
        scores: Scores = 2 ** -(total / (len(self.trees) * self.usual_length))
        return scores

    def _path_lengths(self, rows: Matrix) -> Scores:
        """Add up, over all trees, the length of each row's path."""
        total = np.zeros(len(rows))
        for tree, lengths in zip(self.trees, self.lengths, strict=True):
            total += lengths.take(tree.apply(rows))
        return total


def fit_forest(matrix: Matrix, seed: int) -> Forest:
    """Grow 100 trees, each on up to 256 rows.

    Raises Unavailable where scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import IsolationForest
    except ImportError as fault:
        raise Unavailable(
            "outliers",
            "the detector 'iforest' needs scikit-learn, which is not installed.",
            "Install it with: pip install 'modelyard[outliers]'",
        ) from fault
    fitted = IsolationForest(n_estimators=TREES, random_state=seed).fit(matrix)
    trees = [estimator.tree_ for estimator in fitted.estimators_]
    usual = mean_path_length(np.array([fitted.max_samples_]))
    return Forest(matrix, trees, [_lengths(tree) for tree in trees], float(usual[0]))


def _lengths(tree: Any) -> Scores:
    """Give the path length of every node of a tree; scikit-learn counts the root as depth 1."""
    lengths: Scores = tree.compute_node_depths() + mean_path_length(tree.n_node_samples) - 1.0
    return lengths


def mean_path_length(rows: NDArray[np.integer[Any]]) -> Scores:
    """Give the mean path length to a row in a random tree of so many rows (equation 1)."""
    lengths = np.where(rows == 2, 1.0, 0.0)
    more = rows > 2
    some = rows[more]
    lengths[more] = 2.0 * (np.log(some - 1.0) + np.euler_gamma) - 2.0 * (some - 1.0) / some
    return lengths

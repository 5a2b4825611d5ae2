"""ECOD and COPOD: rows far out in the tails of their columns stand out.

Li, Zhao, Hu, Botta, Ionescu and Chen 2022, "ECOD: Unsupervised Outlier Detection Using Empirical
Cumulative Distribution Functions" (arXiv:2201.00382), and Li, Zhao, Botta, Ionescu and Hu 2020,
"COPOD: Copula-Based Outlier Detection" (arXiv:2009.09463). Both add up, over the columns, a term
from the share of rows with no higher value and the share with no lower one. As in PyOD, the
larger tail is taken column by column; the papers take the largest of the sums.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelyard.datasets.outliers.detector import Matrix, Scores
from modelyard.datasets.outliers.threads import in_threads

SYMMETRIC = 1e-10
"""A skewness up to this is rounding: the column counts as symmetric."""

CONSTANT = 1e-15
"""A spread up to this share of the mean is rounding too."""

Counts = NDArray[np.integer[Any]]

Combine = Callable[[Scores, Scores, float], Scores]
"""Make a term from the left tail, the right tail (negative logarithms) and the skewness."""


@dataclass(frozen=True)
class Tails:
    """A table whose columns add up to a score."""

    matrix: Matrix
    combine: Combine

    def own_scores(self) -> Scores:
        """Score the rows it was fitted on."""
        total = np.zeros(len(self.matrix))
        for terms in in_threads(self._terms, self.matrix.T):
            total += terms
        return total

    def drops(self, rows: Matrix, typical: Scores) -> Scores:
        """Tell how much more each column adds for these rows than for its typical value."""
        values = np.vstack([rows, typical])
        pairs = zip(self.matrix.T, values.T, strict=True)
        terms = np.column_stack(list(in_threads(self._terms_of, pairs)))
        drops: Scores = terms[:-1] - terms[-1]
        return drops

    def _terms(self, column: Matrix) -> Scores:
        """Give what a column adds to each row, with one logarithm per distinct value."""
        order = np.argsort(column)
        ordered = column[order]
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        ends = np.append(starts[1:], len(column))
        distinct = self._combined(ends, len(column) - starts, column)
        terms = np.empty(len(column))
        terms[order] = np.repeat(distinct, ends - starts)
        return terms

    def _terms_of(self, column_and_values: tuple[Matrix, Matrix]) -> Scores:
        """Give what a column adds for some values that lie within it."""
        column, values = column_and_values
        ordered = np.sort(column)
        not_higher = np.searchsorted(ordered, values, side="right")
        lower = np.searchsorted(ordered, values, side="left")
        return self._combined(not_higher, len(column) - lower, column)

    def _combined(self, not_higher: Counts, not_lower: Counts, column: Matrix) -> Scores:
        """Combine the tails of values, given the counts of rows on either side."""
        left = -np.log(not_higher / len(column))
        right = -np.log(not_lower / len(column))
        return self.combine(left, right, skewness(column))


def fit_ecod(matrix: Matrix, seed: int) -> Tails:  # noqa: ARG001 (draws no random numbers)
    """Prepare ECOD: per column the larger of both tails and of the tail the column leans to."""
    return Tails(matrix, _larger_tail)


def fit_copod(matrix: Matrix, seed: int) -> Tails:  # noqa: ARG001 (draws no random numbers)
    """Prepare COPOD: per column the larger of the tails' mean and the tail it leans to."""
    return Tails(matrix, _mean_tail)


def _larger_tail(left: Scores, right: Scores, skew: float) -> Scores:
    larger: Scores = np.maximum(np.maximum(left, right), _leaning_tail(left, right, skew))
    return larger


def _mean_tail(left: Scores, right: Scores, skew: float) -> Scores:
    larger: Scores = np.maximum((left + right) / 2, _leaning_tail(left, right, skew))
    return larger


def _leaning_tail(left: Scores, right: Scores, skew: float) -> Scores:
    """Take the tail on the long side, and both where the column is symmetric."""
    if skew == 0:
        return left + right
    return left if skew < 0 else right


def skewness(column: Matrix) -> float:
    """Measure to which side a column leans (third standardised moment); 0 where it does not."""
    mean = column.mean()
    distance = column - mean
    largest = np.abs(distance).max()
    if largest <= CONSTANT * abs(mean):
        return 0.0
    distance /= largest
    squared = distance * distance
    skew = float(np.mean(squared * distance) / np.mean(squared) ** 1.5)
    return skew if abs(skew) > SYMMETRIC else 0.0

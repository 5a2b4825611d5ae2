"""Naming the columns that make a row stand out."""

from collections.abc import Sequence

import numpy as np

from modelyard.datasets.outliers.detector import Fitted, Matrix, Scores
from modelyard.datasets.outliers.encode import Encoded
from modelyard.datasets.outliers.phrases import Standing, phrase
from modelyard.datasets.outliers.results import Cell, Reason
from modelyard.datasets.outliers.threads import in_threads

MOST_REASONS = 5
LEAST_SHARE = 0.01


def explain(
    fitted: Fitted, encoded: Encoded, rows: Sequence[int], values: Sequence[dict[str, Cell]]
) -> list[tuple[Reason, ...]]:
    """Give the reasons of all these rows in one go; `values` are the rows as they were read."""
    if not rows:
        return []
    chosen = encoded.matrix[list(rows)]
    shares = shares_of(fitted.drops(chosen, encoded.typical))
    strongest = np.argsort(-shares, axis=1, kind="stable")[:, :MOST_REASONS]
    named = np.zeros(shares.shape, dtype=np.bool_)
    np.put_along_axis(named, strongest, True, axis=1)
    places = standings(encoded.matrix, chosen, named & (shares >= LEAST_SHARE))
    return [
        tuple(
            _reason(encoded, places[row, column], column, float(shares[row, column]), cells)
            for column in columns.tolist()
            if (row, column) in places
        )
        for row, (columns, cells) in enumerate(zip(strongest, values, strict=True))
    ]


def shares_of(drops: Scores) -> Scores:
    """Turn drops into shares of their row's sum; columns that calm a row down count nothing."""
    raising = np.maximum(drops, 0.0)
    total = raising.sum(axis=1, keepdims=True)
    shares: Scores = np.divide(raising, total, out=np.zeros_like(raising), where=total > 0)
    return shares


def standings(
    matrix: Matrix, chosen: Matrix, named: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> dict[tuple[int, int], Standing]:
    """Tell where the named cells of the chosen rows stand in their columns."""

    def of_column(column: int) -> list[tuple[tuple[int, int], Standing]]:
        ordered = np.sort(matrix[:, column])
        rows = np.flatnonzero(named[:, column])
        below = np.searchsorted(ordered, chosen[rows, column], side="left") / len(ordered)
        upto = np.searchsorted(ordered, chosen[rows, column], side="right") / len(ordered)
        return [
            ((row, column), Standing(low, high - low, 1 - high))
            for row, low, high in zip(rows.tolist(), below.tolist(), upto.tolist(), strict=True)
        ]

    columns = np.flatnonzero(named.any(axis=0)).tolist()
    return dict(place for places in in_threads(of_column, columns) for place in places)


def _reason(
    encoded: Encoded, standing: Standing, column: int, share: float, cells: dict[str, Cell]
) -> Reason:
    """Put a reason into words."""
    used = encoded.used[column]
    value = cells[used.name]
    return Reason(
        column=used.name,
        value=value,
        contribution=share,
        phrase=phrase(value, used.encoding, standing),
    )

"""Whether a converted model gives the answers of the original."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelyard.models.description import Outcome, Parity

TOLERANCE = 1e-5
SHOWN = 10


def compare(expected: Outcome, given: Outcome) -> Parity:
    """Compare row by row.

    Classes must be the same, probabilities within 1e-5, and values within 1e-5 of their size.
    """
    rows = len(expected.predictions)
    wrong = np.zeros(rows, dtype=bool)
    largest = 0.0
    pairs = [
        (expected.predictions, given.predictions, True),
        *((one, two, False) for one, two in _probabilities(expected, given)),
    ]
    if expected.scores is not None:
        pairs.append((expected.scores, given.scores, True))
    for one, two, is_relative in pairs:
        if two is None or np.shape(one) != np.shape(two):
            return Parity(rows=rows, largest=float("inf"), differing=tuple(range(min(rows, SHOWN))))
        off = _difference(np.asarray(one), np.asarray(two), is_relative)
        wrong |= off > TOLERANCE
        largest = max(largest, float(off.max(initial=0.0)))
    found = np.flatnonzero(wrong)[:SHOWN]
    return Parity(rows=rows, largest=min(largest, 1e300), differing=tuple(found.tolist()))


def _probabilities(expected: Outcome, given: Outcome) -> list[tuple[Any, Any]]:
    filled = (*given.probabilities, *[None] * len(expected.probabilities))
    return list(zip(expected.probabilities, filled, strict=False))


def _difference(one: NDArray[Any], two: NDArray[Any], is_relative: bool) -> NDArray[np.float64]:
    """Give the largest difference in every row; infinite where classes differ."""
    if one.dtype.kind not in "f":
        return _per_row(np.where(one == two, 0.0, np.inf))
    two = two.astype(np.float64)
    with np.errstate(invalid="ignore"):
        off = np.abs(one - two)
        if is_relative:
            off = off / np.maximum(np.abs(one), _floor(one))
    same = (one == two) | (np.isnan(one) & np.isnan(two))
    return _per_row(np.where(same, 0.0, np.nan_to_num(off, nan=np.inf)))


def _floor(values: NDArray[Any]) -> float:
    """Values near zero are measured against the usual size of the values."""
    sizes = np.abs(values[np.isfinite(values)])
    return max(float(np.median(sizes)) if sizes.size else 0.0, 1e-12)


def _per_row(off: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(off.reshape(len(off), -1).max(axis=1, initial=0.0), dtype=np.float64)

"""What a detector is, and what it promises once it is fitted."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.floating[Any]]
"""Rows by columns, all finite."""
Scores = NDArray[np.float64]
"""Usually one number per row, higher for rows that stand out more."""


class Fitted(Protocol):
    """A detector that has seen the table."""

    def own_scores(self) -> Scores:
        """Score the rows it was fitted on, in their order."""

    def drops(self, rows: Matrix, typical: Scores) -> Scores:
        """Tell how far each row's score falls when one column takes its typical value.

        `rows` holds rows of the table, `typical` one value per column. The answer has the shape
        of `rows`; the higher, the more that column makes that row stand out.
        """


@dataclass(frozen=True)
class Detector:
    """A way to score rows."""

    name: str
    title: str
    library: str
    """The Python distribution that does the work."""
    fit: Callable[[Matrix, int], Fitted]
    """Fit on a matrix with a seed."""
    is_random: bool = False
    single_precision: bool = False
    """It computes with 32-bit floats, so the matrix may as well hold them."""
    least_rows: int = 2
    most_rows: int | None = None
    """Above this it would take minutes: its time grows with the square of the rows."""

    def version(self) -> str:
        """Give the version of the library that does the work."""
        return metadata.version(self.library)

"""Which inputs lie outside what the model has seen, where that is known."""

from math import isnan
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelyard.models.description import Field, Signature
from modelyard.models.rows import Rows

MOST_FLAGS = 100


class Flag(msgspec.Struct, frozen=True):
    """An input that the model answers, though it has seen nothing like it."""

    row: int
    field: str
    why: str


class Watch:
    """Looks at rows of one model; nothing is done where nothing is known."""

    def __init__(self, signature: Signature) -> None:
        fields = enumerate(signature.fields)
        self._known = [(place, field) for place, field in fields if _is_known(field)]
        places = [place for place, field in self._known if not field.categories]
        self._places = np.array(places, dtype=np.intp)
        ranged = [signature.fields[place] for place in places]
        self._low = np.array([-np.inf if one.low is None else one.low for one in ranged])
        self._high = np.array([np.inf if one.high is None else one.high for one in ranged])
        self._only_ranges = len(places) == len(self._known)

    def flags(self, rows: Rows) -> tuple[Flag, ...]:
        """Give what stands out, the first hundred."""
        if not self._known:
            return ()
        if rows.matrix is not None and self._only_ranges:
            seen = rows.matrix[:, self._places]
            if not ((seen < self._low) | (seen > self._high)).any():
                return ()
        columns = rows.matrix.T if rows.matrix is not None else rows.columns
        found = [flag for place, field in self._known for flag in _flags_of(columns[place], field)]
        return tuple(sorted(found, key=lambda flag: flag.row)[:MOST_FLAGS])


def _is_known(field: Field) -> bool:
    if field.categories:
        return not field.refuses_unknown
    return field.low is not None or field.high is not None


def _flags_of(column: NDArray[Any], field: Field) -> list[Flag]:
    if field.categories:
        known = {*field.categories, None}
        return [
            Flag(row, field.name, f"{_plain(value)!r} was not seen in training.")
            for row, value in enumerate(column.tolist())
            if value not in known and not (isinstance(value, float) and isnan(value))
        ][:MOST_FLAGS]
    low = -np.inf if field.low is None else field.low
    high = np.inf if field.high is None else field.high
    outside = np.flatnonzero((column < low) | (column > high))[:MOST_FLAGS]
    return [
        Flag(int(row), field.name, f"{column[row]:g} is outside {low:g} to {high:g}.")
        for row in outside
    ]


def _plain(value: Any) -> Any:
    """Give a whole number as people write it."""
    is_whole = isinstance(value, float) and value.is_integer()
    return int(value) if is_whole else value

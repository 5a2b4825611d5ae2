"""Turning columns into numbers: a matrix without gaps, and a statement of what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from modelyard.datasets.outliers.detector import Matrix, Scores
from modelyard.datasets.outliers.identifiers import why_identifier
from modelyard.datasets.outliers.notes import note
from modelyard.datasets.outliers.reading import Candidate, Kind
from modelyard.datasets.outliers.results import ColumnSkipped, ColumnUsed, Encoding
from modelyard.datasets.outliers.values import Filled, filled, share_of_rows
from modelyard.errors import Invalid

MANY_TEXTS = 1_000
MANY_TEXTS_SHARE = 0.05
ENCODINGS: dict[Kind, Encoding] = {
    "number": "number",
    "boolean": "boolean",
    "date": "days since 1970",
    "duration": "seconds",
    "text": "share of rows",
}


class Unusable(Exception):
    """A column has nothing to compare; the text says why."""


@dataclass(frozen=True)
class Encoded:
    """A table as numbers."""

    matrix: Matrix
    """Rows by used columns, one column after the other in memory."""
    used: tuple[ColumnUsed, ...]
    skipped: tuple[ColumnSkipped, ...]

    @property
    def typical(self) -> Scores:
        """The median of each column."""
        return np.array([column.typical for column in self.used], dtype=np.float64)


def encode_table(
    columns: list[pl.Series], candidates: Sequence[Candidate], dtype: type[np.floating[Any]]
) -> Encoded:
    """Encode the columns that were read, in the order of the candidates.

    The list is emptied, so that each column is given up once it is encoded. Raises Invalid
    where a column that was asked for has no values.
    """
    matrix = np.empty((len(columns[0]), len(columns)), dtype=dtype, order="F")
    used: list[ColumnUsed] = []
    skipped: list[ColumnSkipped] = []
    for candidate in candidates:
        try:
            column, values = encode(columns.pop(0), candidate)
        except Unusable as why:
            reason = str(why)
            skipped.append(ColumnSkipped(name=candidate.name, type=candidate.type, reason=reason))
        else:
            matrix[:, len(used)] = values
            used.append(column)
    return Encoded(matrix[:, : len(used)], tuple(used), tuple(skipped))


def encode(series: pl.Series, candidate: Candidate) -> tuple[ColumnUsed, Scores]:
    """Encode one column.

    Raises Unusable where it has nothing to compare, and Invalid where it was asked for and has
    no values at all.
    """
    found = _shares(series, candidate) if candidate.kind == "text" else _numbers(series, candidate)
    if found.values.min() == found.values.max():
        raise Unusable(_why_constant(series, candidate.kind))
    typical = float(np.median(found.values))
    encoding = ENCODINGS[candidate.kind]
    column = ColumnUsed(
        name=candidate.name,
        type=candidate.type,
        encoding=encoding,
        missing=found.missing,
        limited=found.limited,
        typical=typical,
        note=note(encoding, found, typical),
    )
    return column, found.values


def _numbers(series: pl.Series, candidate: Candidate) -> Filled:
    """Give the values of a column that is no identifier, or that was asked for."""
    if not candidate.is_asked_for and (why := why_identifier(series)):
        raise Unusable(why)
    found = filled(series)
    return _refuse_empty(candidate) if found is None else found


def _shares(series: pl.Series, candidate: Candidate) -> Filled:
    """Give the shares of texts that repeat, or that were asked for."""
    missing = series.null_count()
    if missing == len(series):
        return _refuse_empty(candidate)
    if not candidate.is_asked_for and (why := why_free_text(series)):
        raise Unusable(why)
    return Filled(share_of_rows(series), missing, 0)


def why_free_text(series: pl.Series) -> str | None:
    """Say why texts are too different for their shares to mean something, or give None."""
    known = len(series) - series.null_count()
    distinct = series.n_unique() - int(known < len(series))
    if distinct > max(MANY_TEXTS, MANY_TEXTS_SHARE * len(series)):
        return f"An identifier or free text: {known:,} texts of which {distinct:,} differ."
    if distinct == known and known > 1:
        return "An identifier or free text: no text appears twice."
    return None


def _refuse_empty(candidate: Candidate) -> Filled:
    if candidate.is_asked_for:
        raise Invalid(f"columns/{candidate.name}", "it has no values.", "Leave it out.")
    raise Unusable("It has no values.")


def _why_constant(series: pl.Series, kind: Kind) -> str:
    """Say why a column became the same number in all rows."""
    if kind == "text" and series.n_unique() > 1:
        return "Every value appears in the same number of rows."
    return "All rows have the same value or are empty."

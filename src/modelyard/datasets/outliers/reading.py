"""Reading a table's columns in the form in which they are encoded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from modelyard.datasets.faults import reading
from modelyard.datasets.outliers.results import ColumnSkipped
from modelyard.datasets.rows import refuse_unknown
from modelyard.errors import Invalid

Kind = Literal["number", "boolean", "date", "duration", "text"]
PLACE = "outliers"
LONGEST_TYPE = 80


@dataclass(frozen=True)
class Candidate:
    """A column whose type can be encoded; whether it is used is up to its values."""

    name: str
    type: str
    kind: Kind
    is_asked_for: bool
    """A person named it: then it is used even where it looks like an identifier."""


def kind_of(dtype: pl.DataType) -> Kind | None:
    """Tell how a column of this type is encoded; None where it cannot be."""
    if dtype.is_numeric():
        return "number"
    if dtype == pl.Boolean:
        return "boolean"
    if dtype.base_type() in {pl.Date, pl.Datetime}:
        return "date"
    if dtype.base_type() in {pl.Duration, pl.Time}:
        return "duration"
    return "text" if dtype.base_type() in {pl.String, pl.Categorical, pl.Enum} else None


def select_columns(
    schema: pl.Schema, columns: Sequence[str] | None
) -> tuple[list[Candidate], list[ColumnSkipped]]:
    """Divide the table's columns, or the named ones, into those to read and those to skip.

    Raises Invalid for a name that the table does not have, and for a named column whose type
    cannot be encoded.
    """
    candidates = []
    skipped = []
    for name in schema.names() if columns is None else dict.fromkeys(columns):
        refuse_unknown("columns", schema, name)
        kind, type_name = kind_of(schema[name]), str(schema[name])[:LONGEST_TYPE]
        if kind is not None:
            candidates.append(Candidate(name, type_name, kind, columns is not None))
        elif columns is not None:
            raise Invalid(f"columns/{name}", _why_not(type_name), "Leave it out.")
        else:
            skipped.append(ColumnSkipped(name=name, type=type_name, reason=_why_not(type_name)))
    return candidates, skipped


def _why_not(type_name: str) -> str:
    """Say why a type cannot be encoded."""
    if type_name == "Null":
        return "It has no values."
    return f"Values of the type {type_name} cannot be turned into one number."


def read_columns(frame: pl.LazyFrame, candidates: Sequence[Candidate]) -> list[pl.Series]:
    """Read columns: text as hashes, all else as it is.

    A text of any length becomes 8 bytes while it is read, which is all it takes to count equal
    ones; among a million different texts, two share a hash with a chance of 3 in 100 million.
    """
    with reading(PLACE):
        chosen = frame.select([expression_of(candidate) for candidate in candidates])
        return chosen.collect(engine="streaming").get_columns()


def expression_of(candidate: Candidate) -> pl.Expr:
    """Read a column; a text's hash leaves empty cells empty."""
    column = pl.col(candidate.name)
    if candidate.kind == "text":
        return pl.when(column.is_not_null()).then(column.hash()).alias(candidate.name)
    return column

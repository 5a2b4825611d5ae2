"""Rows copied from a sheet, read as a model means them, and the answers to paste back."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid
from modelyard.models.description import Description, Field
from modelyard.web.pages.models.questions import read_value, written

if TYPE_CHECKING:
    from modelyard.models.predict import Prediction

MOST_ROWS = 2000
MOST_COLUMNS = 500
MOST_CLASSES = 8
"""Classes whose probabilities have columns of their own."""
SEPARATORS = ("\t", ";", ",")
COMMA = re.compile(r"[+-]?\d+,\d+")
POINT = re.compile(r"[+-]?\d+\.\d+(e[+-]\d+)?")
FORMULA = ("=", "+", "-", "@")
"""How texts begin that a sheet would take for a formula."""


@dataclass(frozen=True)
class Sheet:
    """A table of texts with its names."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def records(self, fields: Sequence[Field]) -> list[dict[str, Any]]:
        """Give what the model is asked, a record for each row."""
        places = {name: place for place, name in enumerate(self.names)}
        chosen = [(field, places[field.name]) for field in fields if field.name in places]
        return [
            {field.name: _value(field, row[place]) for field, place in chosen} for row in self.rows
        ]

    def text(self) -> str:
        """Write it so that a sheet takes it."""
        made = io.StringIO()
        writer = csv.writer(made, delimiter="\t", lineterminator="\n")
        writer.writerow([_harmless(name) for name in self.names])
        writer.writerows([[_harmless(cell) for cell in row] for row in self.rows])
        return made.getvalue()


def read_sheet(text: str) -> Sheet:
    """Read rows with their names in the first line; raises Invalid."""
    plain = text.strip("\r\n")
    if not plain.strip():
        raise Invalid("rows", "are missing.", "Copy them from a sheet, with the names above them.")
    first = plain.splitlines()[0]
    separator = next((sign for sign in SEPARATORS if sign in first), "\t")
    try:
        lines = [line for line in csv.reader(io.StringIO(plain), delimiter=separator) if any(line)]
    except csv.Error as fault:
        raise Invalid("rows", f"cannot be read as a table: {fault}.") from None
    names, rows = tuple(name.strip() for name in lines[0]), lines[1:]
    if not rows:
        raise Invalid("rows", "are missing: there are names alone.")
    if len(rows) > MOST_ROWS or len(names) > MOST_COLUMNS:
        cure = "Score larger tables as a run."
        raise Invalid("rows", f"are more than {MOST_ROWS:,}, or too wide.", cure)
    if len(set(names)) < len(names):
        raise Invalid("rows", "have the same name above two columns.")
    return Sheet(names, tuple(_as_wide(row, len(names), line) for line, row in enumerate(rows, 2)))


def example_sheet(found: Description) -> str:
    """Write the example with the names above it."""
    names = found.signature.names
    row = tuple(written(found.example.get(name)) for name in names)
    return Sheet(names, (row,)).text()


def answered(sheet: Sheet, found: Description, given: "Prediction") -> Sheet:
    """Put the answers behind the columns of a sheet."""
    columns = _answers(found, given)
    if any(COMMA.fullmatch(cell) for row in sheet.rows for cell in row):
        columns = {name: [_with_comma(cell) for cell in cells] for name, cells in columns.items()}
    names = (*sheet.names, *columns)
    added = zip(*columns.values(), strict=True)
    rows = [(*row, *more) for row, more in zip(sheet.rows, added, strict=True)]
    return Sheet(names, tuple(rows))


def _answers(found: Description, given: "Prediction") -> dict[str, list[str]]:
    first = given.predictions[0]
    if isinstance(first, list | tuple):
        are_named = len(found.outputs) == len(first)
        names = found.outputs if are_named else [f"value_{n + 1}" for n in range(len(first))]
        listed = zip(*given.predictions, strict=True)
        pairs = zip(names, listed, strict=True)
        return {name: [written(one) for one in column] for name, column in pairs}
    columns = {found.outputs[0]: [written(one) for one in given.predictions]}
    if given.probabilities and len(found.classes) == 1 and len(found.classes[0]) <= MOST_CLASSES:
        for place, known in enumerate(found.classes[0]):
            shares = [f"{row[place]:.6g}" for row in given.probabilities]
            columns[f"probability_{written(known)}"] = shares
    if given.scores:
        columns["score"] = [f"{score:.6g}" for score in given.scores]
    return columns


def _with_comma(cell: str) -> str:
    """Write a number as the sheet writes its own."""
    return cell.replace(".", ",") if POINT.fullmatch(cell) else cell


def _value(field: Field, cell: str) -> Any:
    """Read a cell; an empty one is missing, where the model knows that."""
    return None if not cell.strip() and field.is_nullable else read_value(field, cell)


def _as_wide(row: Sequence[str], width: int, line: int) -> tuple[str, ...]:
    if len(row) > width:
        raise Invalid(f"rows, line {line}", f"has {len(row)} cells under {width} names.")
    return (*row, *[""] * (width - len(row)))


def _harmless(cell: str) -> str:
    """Keep a sheet from taking a text for a formula; numbers stay as they are."""
    if not cell.startswith(FORMULA):
        return cell
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return f"'{cell}"
    return cell

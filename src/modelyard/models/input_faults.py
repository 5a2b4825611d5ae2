"""Saying what is wrong with inputs: which row, which field, and what to send instead."""

import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from modelyard.errors import LONGEST_ECHO, Invalid
from modelyard.models.description import Field, Signature

MOST_FAULTS = 20
KINDS = {"number": "a number", "text": "a text", "boolean": "true or false"}
SHOWN_CATEGORIES = 8


class InputFault(msgspec.Struct, frozen=True):
    """One thing that is wrong with one input; rows count from 0."""

    row: int | None
    field: str
    why: str
    cure: str = ""

    @property
    def where(self) -> str:
        """The place in words."""
        place = [] if self.row is None else [f"row {self.row}"]
        return ", ".join([*place, *([f"'{self.field}'"] if self.field else [])]) or "input"


class BadInput(Invalid):
    """Inputs that the model cannot take; `faults` lists the first of them."""

    def __init__(self, faults: Iterable[InputFault]) -> None:
        self.faults = tuple(faults)[:MOST_FAULTS]
        first = self.faults[0]
        more = len(self.faults) - 1
        also = f" There {'is' if more == 1 else 'are'} {more} more." if more else ""
        super().__init__(first.where, first.why, (first.cure + also).strip())


def bad(why: str, cure: str = "", field: str = "", row: int | None = None) -> BadInput:
    """Make an exception of one fault."""
    return BadInput([InputFault(row, field, why, cure)])


def faults_of_names(
    given: Iterable[str], signature: Signature, row: int | None
) -> list[InputFault]:
    """Compare names with those of the model: missing, unknown, misspelt."""
    known = signature.names
    present = list(given)
    extra = [name for name in present if name not in known]
    missing = [
        field.name for field in signature.fields if field.is_used and field.name not in present
    ]
    faults = []
    for name in extra:
        near = difflib.get_close_matches(str(name)[:LONGEST_ECHO], missing or known, n=1)
        if near and near[0] in missing:
            missing.remove(near[0])
        shown = str(name)[:LONGEST_ECHO]
        faults.append(InputFault(row, shown, "is not an input.", _cure(near, known)))
    for name in missing:
        null = " Send null if it is not known." if _field(signature, name).is_nullable else ""
        faults.append(
            InputFault(row, name, "is missing.", f"Send {_wanted(signature, name)}.{null}")
        )
    return faults


def _cure(near: list[str], known: tuple[str, ...]) -> str:
    if near:
        return f"Did you mean '{near[0]}'?"
    shown = ", ".join(known[:SHOWN_CATEGORIES])
    return f"Inputs: {shown}{', ...' if len(known) > SHOWN_CATEGORIES else ''}."


def _field(signature: Signature, name: str) -> Field:
    return next(field for field in signature.fields if field.name == name)


def _wanted(signature: Signature, name: str) -> str:
    return KINDS[_field(signature, name).kind]


def fault_of_value(value: Any, field: Field, row: int | None) -> InputFault | None:
    """Say what is wrong with one value; None where nothing is."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return _fault_of_missing(value, field, row)
    if not _is_kind(value, field):
        why = f"{shown_of(value)} is not {KINDS[field.kind]}."
        return InputFault(row, field.name, why, _hint(value, field))
    if field.kind == "number" and not _is_finite(value):
        return InputFault(row, field.name, "is too large for a number.", "Send a finite number.")
    if field.refuses_unknown and field.categories and value not in field.categories:
        return InputFault(
            row, field.name, f"{shown_of(value)} is not a known value.", _categories(value, field)
        )
    return None


def shown_of(value: Any) -> str:
    """Show a value that was sent, cut where it is long."""
    return repr(value[:LONGEST_ECHO] if isinstance(value, str) else value)[:LONGEST_ECHO]


def _fault_of_missing(value: Any, field: Field, row: int | None) -> InputFault | None:
    if field.is_nullable or not field.is_used:
        return None
    said = "is null" if value is None else "is not a number (NaN)"
    return InputFault(
        row, field.name, f"{said}, and the model has no answer then.", f"Send {KINDS[field.kind]}."
    )


def _is_kind(value: Any, field: Field) -> bool:
    if field.kind == "number":
        return isinstance(value, int | float)
    return isinstance(value, str if field.kind == "text" else bool)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _hint(value: Any, field: Field) -> str:
    if field.kind == "number" and isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return ""
        return f"Send it without quotes: {value.strip()[:LONGEST_ECHO]}."
    return ""


def _categories(value: Any, field: Field) -> str:
    texts = [str(one) for one in field.categories]
    near = difflib.get_close_matches(str(value)[:LONGEST_ECHO], texts, n=1)
    if near:
        return f"Did you mean '{near[0]}'?"
    more = ", ..." if len(texts) > SHOWN_CATEGORIES else ""
    return f"Known: {', '.join(texts[:SHOWN_CATEGORIES])}{more}."


def faults_of_records(
    records: list[Any], signature: Signature, *, is_single: bool
) -> list[InputFault]:
    """Find what is wrong with records, the first faults of all rows."""
    faults: list[InputFault] = []
    for number, record in enumerate(records):
        row = None if is_single else number
        if not isinstance(record, Mapping):
            faults.append(InputFault(row, "", f"is {_named(record)}, not a record with names."))
        else:
            faults += faults_of_names(record, signature, row)
            for field in signature.fields:
                if field.name in record:
                    fault = fault_of_value(record[field.name], field, row)
                    faults += [fault] if fault else []
        if len(faults) >= MOST_FAULTS:
            break
    return faults


def _named(value: Any) -> str:
    kinds = ((bool, "true or false"), (str, "a text"), (list, "a list"), (type(None), "null"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "a number")

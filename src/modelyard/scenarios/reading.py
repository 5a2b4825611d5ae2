"""Values as people and programs write them, read strictly."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from modelyard.errors import Invalid
from modelyard.scenarios.parameter import Parameter, Value

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
LARGEST = Decimal(10) ** 300
LARGEST_EXACT = Decimal(10) ** 20
LONGEST_TEXT = 10_000
DATE_WORDS = "Write it as 2026-12-31."


def read_value(where: str, parameter: Parameter, raw: Any) -> Value:
    """Read a value of the parameter's kind; bounds are looked at elsewhere.

    Raises Invalid, naming `where`, for another kind, another unit, or what is no number.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip() and parameter.kind != "text"):
        raise Invalid(where, "is missing.", _wanted(parameter))
    if parameter.is_numeric:
        return _number(where, parameter, raw)
    if parameter.kind == "date":
        return _date(where, raw)
    if parameter.kind == "choice":
        return _choice(where, parameter, raw)
    if parameter.kind == "table":
        return _table(where, parameter, raw)
    if not isinstance(raw, str) or len(raw) > LONGEST_TEXT:
        raise Invalid(where, f"must be a text of at most {LONGEST_TEXT} characters.")
    return raw


def _wanted(parameter: Parameter) -> str:
    unit = f" in {parameter.unit}" if parameter.unit else ""
    return f"Give a {parameter.kind}{unit}."


def _number(where: str, parameter: Parameter, raw: Any) -> Value:
    exact = _decimal(where, parameter, raw)
    if parameter.kind == "integer":
        if exact != exact.to_integral_value():
            raise Invalid(where, f"{_short(exact)} is not a whole number.")
        return int(exact)
    if parameter.places is not None and _places(exact) > parameter.places:
        raise Invalid(where, f"{_short(exact)} has more than {parameter.places} decimals.")
    if not parameter.is_exact:
        return float(exact)
    return exact


def _decimal(where: str, parameter: Parameter, raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise Invalid(where, f"{_quoted(raw)} is not a number.", _wanted(parameter))
    if isinstance(raw, int) and abs(raw) >= 10**300:
        raise Invalid(where, "the number is too large.")
    exact = _from_text(where, parameter, raw) if isinstance(raw, str) else Decimal(str(raw))
    if not exact.is_finite():
        raise Invalid(where, f"{raw} is not a finite number.")
    if abs(exact) >= (LARGEST_EXACT if parameter.is_exact else LARGEST):
        raise Invalid(where, f"{_short(exact)} is too large.")
    return exact


def _from_text(where: str, parameter: Parameter, raw: str) -> Decimal:
    text = raw.strip()
    bare, is_percent = _without_unit(where, parameter, text)
    if not NUMBER.fullmatch(bare):
        cure = _wanted(parameter)
        if "," in bare:
            cure = "Write a point before decimals, and no separators: 1234.5"
        raise Invalid(where, f"{_quoted(raw)} is not a number.", cure)
    try:
        exact = Decimal(bare)
    except InvalidOperation:
        raise Invalid(where, f"{_quoted(raw)} is not a number.") from None
    return exact / 100 if is_percent else exact


def _without_unit(where: str, parameter: Parameter, text: str) -> tuple[str, bool]:
    """Take the unit away; another one than the parameter's is refused."""
    found = re.fullmatch(r"([^\d.+\-]*)([+-]?[\d.][\d.,_]*(?:[eE][+-]?\d+)?)(.*)", text)
    if found is None:
        return text, False
    units = [unit.strip() for unit in (found[1], found[3]) if unit.strip()]
    if units == ["%"] and parameter.kind == "percent":
        return found[2], True
    for unit in units:
        if unit != parameter.unit:
            expected = f"expected {parameter.unit}." if parameter.unit else "it has no unit."
            if parameter.kind == "percent":
                expected = "expected a share such as 0.05 or 5%."
            raise Invalid(where, f"{_quoted(text)} is in '{unit[:20]}': {expected}")
    return found[2], False


def _date(where: str, raw: Any) -> date:
    if isinstance(raw, datetime):
        raise Invalid(where, "has a time of day, and a day is wanted.", DATE_WORDS)
    if isinstance(raw, date):
        return raw
    if not isinstance(raw, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", raw.strip()):
        raise Invalid(where, f"{_quoted(raw)} is not a date.", DATE_WORDS)
    try:
        return date.fromisoformat(raw.strip())
    except ValueError:
        raise Invalid(where, f"there is no day {raw.strip()}.", DATE_WORDS) from None


def _choice(where: str, parameter: Parameter, raw: Any) -> str:
    text = raw.strip() if isinstance(raw, str) else raw
    if text not in parameter.choices:
        raise Invalid(
            where,
            f"{_quoted(raw)} is not among the choices.",
            f"Choose one of: {', '.join(parameter.choices[:20])}.",
        )
    return str(text)


def _table(where: str, parameter: Parameter, raw: Any) -> tuple[dict[str, Any], ...]:
    if isinstance(raw, str):
        raw = _table_text(where, parameter, raw)
    if not isinstance(raw, list | tuple):
        raise Invalid(where, "must be a table: a list of rows.", _example_row(parameter))
    if not parameter.least_rows <= len(raw) <= parameter.most_rows:
        raise Invalid(
            where,
            f"has {len(raw)} rows, and {parameter.least_rows} to {parameter.most_rows} are wanted.",
        )
    return tuple(_row(f"{where}, row {n}", parameter, row) for n, row in enumerate(raw, start=1))


def _table_text(where: str, parameter: Parameter, raw: str) -> Any:
    """Read a table from a command line: JSON, or `2026:5%,2027:4%`."""
    import json

    text = raw.strip()
    if text.startswith("["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise Invalid(where, "is not JSON.", _example_row(parameter)) from None
    return [part.split(":") for part in text.split(",")]


def _row(where: str, parameter: Parameter, raw: Any) -> dict[str, Any]:
    names = [column.name for column in parameter.columns]
    if isinstance(raw, list | tuple) and len(raw) == len(names):
        raw = dict(zip(names, raw, strict=True))
    if not isinstance(raw, dict):
        raise Invalid(where, "is not a row of the table.", _example_row(parameter))
    for name in raw:
        if name not in names:
            raise Invalid(where, f"has no column {_quoted(name)}.", _example_row(parameter))
    row = {}
    for column in parameter.columns:
        given = raw.get(column.name, column.default)
        row[column.name] = read_value(f"{where}, {column.name}", column, given)
    return row


def _example_row(parameter: Parameter) -> str:
    parts = ", ".join(f'"{column.name}": ...' for column in parameter.columns)
    return f"Write rows as [{{{parts}}}]."


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _short(value: Decimal) -> str:
    return f"{value:f}" if abs(value) < LARGEST_EXACT and _places(value) < 15 else f"{value:.6g}"


def _quoted(raw: Any) -> str:
    text = raw if isinstance(raw, str) else repr(raw)
    return f"'{text[:60]}'" + ("…" if len(text) > 60 else "")

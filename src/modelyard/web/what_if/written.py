"""Values of parameters and outputs as people read them, from their JSON."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from modelyard.web.numerals import NONE, THIN, counted, decimals, figure, integer

NUMERIC = frozenset({"number", "integer", "money", "percent"})
MOST_PLACES = 12
GROUPED = re.compile(r"(?<![\w.,])-?\d{1,3}(?:,\d{3})+(?![\d,]*\d)")
PER_CENT = re.compile(r"(?<=\d)%")
Described = Mapping[str, Any]
"""A parameter, output or column, as `definition_of` gives it."""


def written(item: Described, value: Any, with_unit: bool = True) -> str:
    """Write a value: money to the cent, percent with its sign, the unit behind it."""
    if value is None:
        return NONE
    kind = item.get("kind", "number")
    if kind == "table":
        return counted(len(value), "row")
    if kind not in NUMERIC:
        return str(value)
    number = _number(value)
    if number is None:
        return str(value)
    if kind == "percent":
        return f"{_plain(item, number * 100)}{THIN}%"
    text = _amount(item, number)
    unit = item.get("unit", "")
    return f"{text} {unit}" if unit and with_unit else text


def worded(sentence: str) -> str:
    """Write the numbers of a room's sentence as pages do: `1,234,567.8%` with narrow spaces."""
    grouped = GROUPED.sub(lambda found: _regrouped(found[0]), sentence)
    return PER_CENT.sub(f"{THIN}%", grouped)


def coordinate(value: Any) -> float | None:
    """Give a value as a chart places it; None for what is no number."""
    number = None if isinstance(value, bool) else _number(value)
    return None if number is None else float(number)


def percent_text(value: Any) -> str:
    """Write a share as the number before its percent sign, for a field of a form."""
    number = _number(value)
    if number is None:
        return str(value)
    text = f"{number * 100:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amount(item: Described, number: Decimal) -> str:
    if item.get("kind") == "money":
        places = item.get("places", 2)
        if -number.as_tuple().exponent > places and item.get("exact"):  # type: ignore[operator]
            return _plain(item, number)
        return decimals(number, places)
    if item.get("kind") == "integer":
        return integer(int(number))
    return _plain(item, number)


def _plain(item: Described, number: Decimal) -> str:
    """Write an exact number whole, and any other with six digits."""
    if not item.get("exact"):
        return figure(float(number))
    exponent = number.normalize().as_tuple().exponent
    places = min(max(0, -exponent), MOST_PLACES) if isinstance(exponent, int) else 0
    return decimals(number, places)


def _regrouped(text: str) -> str:
    return integer(int(text.replace(",", "")))


def _number(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None

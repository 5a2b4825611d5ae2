"""Values of parameters and outputs, as JSON and as people read them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter


def plain(value: Any) -> Any:
    """Give a value as JSON holds it without loss: decimals and dates are texts.

    A table is a list of rows.
    """
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def shown(described: Parameter | Output, value: Any) -> str:
    """Write a value for people: money to the cent, percent with its sign, the unit behind it."""
    if value is None:
        return "–"
    if described.kind == "table":
        return f"{len(value)} row" + ("" if len(value) == 1 else "s")
    if isinstance(value, str | date):
        return str(value)
    if described.kind == "percent":
        return f"{percent_text(value)}%"
    text = _number(described, value)
    return f"{text} {described.unit}" if described.unit else text


def percent_text(value: Decimal | float) -> str:
    """Write a share as a percentage, without the sign."""
    if isinstance(value, Decimal):
        text = f"{value * 100:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value * 100:.10g}"


def _number(described: Parameter | Output, value: Any) -> str:
    if described.kind == "money":
        places = 2 if described.places is None else described.places
        return f"{value:,.{places}f}"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"

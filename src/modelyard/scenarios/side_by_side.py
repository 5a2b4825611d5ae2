"""Scenarios side by side that are not of the same day, so that each is worked out by itself."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from modelyard.errors import ModelyardError
from modelyard.scenarios.offered import Spec
from modelyard.scenarios.values import plain

Ask = Callable[[Spec, dict[str, Any]], dict[str, Any]]


def side_by_side(
    specs: Sequence[Spec], scenarios: Sequence[tuple[str, dict[str, Any]]], ask: Ask
) -> dict[str, Any]:
    """Give a comparison in the shape of `Comparison.as_json`, without a passport of the whole."""
    columns = [
        _column(name, spec, given, ask)
        for spec, (name, given) in zip(specs, scenarios, strict=True)
    ]
    answered = [column for column in columns if "inputs" in column]
    first = answered[0] if answered else {"inputs": {}, "outputs": {}}
    figures = [name for name, value in first["outputs"].items() if not isinstance(value, list)]
    return {
        "model": specs[0].name,
        "differing": [
            name
            for name, value in first["inputs"].items()
            if any(other["inputs"].get(name) != value for other in answered[1:])
        ],
        "outputs": figures,
        "scenarios": columns,
        "differences": {
            name: plain([_difference(columns[0], column, name) for column in columns])
            for name in figures
        },
    }


def _column(name: str, spec: Spec, given: dict[str, Any], ask: Ask) -> dict[str, Any]:
    try:
        return {"name": name, "fault": ""} | ask(spec, given)
    except ModelyardError as fault:
        return {"name": name, "fault": str(fault)}


def _difference(first: Mapping[str, Any], other: Mapping[str, Any], output: str) -> Any:
    pair = [_number(column.get("outputs", {}).get(output)) for column in (first, other)]
    if None in pair:
        return None
    if isinstance(pair[0], Decimal) and isinstance(pair[1], Decimal):
        return pair[1] - pair[0]
    return float(pair[1]) - float(pair[0])  # type: ignore[arg-type]


def _number(value: Any) -> Decimal | float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return Decimal(value) if isinstance(value, str) else None
    except ArithmeticError:
        return None

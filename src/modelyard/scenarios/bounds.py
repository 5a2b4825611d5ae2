"""Bounds and formulas that name other parameters: their order, and whether values keep to them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from modelyard.errors import Invalid
from modelyard.scenarios.expression import Expression
from modelyard.scenarios.parameter import Limit, Parameter, Value
from modelyard.scenarios.values import shown


def order(where: str, parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """Give the parameters so that each comes after those which it names.

    Raises Invalid where one names an unknown parameter, or a circle of parameters.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    done: dict[str, Parameter] = {}

    def visit(parameter: Parameter, path: tuple[str, ...]) -> None:
        if parameter.name in path:
            circle = " → ".join((*path[path.index(parameter.name) :], parameter.name))
            raise Invalid(
                parameter.place or f"{where}/{parameter.name}",
                f"the bounds go round in a circle: {circle}.",
                "Name the other parameter on one side only.",
            )
        if parameter.name not in done:
            for name in parameter.needs:
                visit(_named(where, parameter, name, by_name), (*path, parameter.name))
            done[parameter.name] = parameter

    for parameter in parameters:
        visit(parameter, ())
    return tuple(done.values())


def _named(
    where: str, parameter: Parameter, name: str, by_name: Mapping[str, Parameter]
) -> Parameter:
    found = by_name.get(name)
    if found is None or not found.is_numeric:
        why = "is no parameter." if found is None else f"is a {found.kind}, not a number."
        known = ", ".join(item.name for item in by_name.values() if item.is_numeric)
        place = parameter.place or f"{where}/{parameter.name}"
        raise Invalid(place, f"'{name}' {why}", f"Parameters with numbers: {known}.")
    return found


def limit_value(parameter: Parameter, limit: Limit, values: Mapping[str, Any]) -> Any:
    """Give a bound in the parameter's own kind of number; raises ArithmeticError."""
    if isinstance(limit, Expression):
        return limit.value(values, parameter.is_exact)
    if isinstance(limit, date) or parameter.is_exact or parameter.kind == "integer":
        return limit
    return float(limit)


def check_bounds(where: str, parameter: Parameter, value: Value, values: Mapping[str, Any]) -> None:
    """Raise Invalid, naming value and bound, where a value is out of its range."""
    if parameter.kind == "table":
        _check_rows(where, parameter, value)
        return
    for limit, is_low in ((parameter.minimum, True), (parameter.maximum, False)):
        if limit is None:
            continue
        try:
            edge = limit_value(parameter, limit, values)
        except ArithmeticError:
            raise Invalid(where, f"its bound {limit} divides by zero or overflows.") from None
        if (value < edge) if is_low else (value > edge):
            side = "below the minimum" if is_low else "above the maximum"
            named = f" ({limit})" if isinstance(limit, Expression) else ""
            raise Invalid(
                where,
                f"{_figure(value)} is {side} {_figure(edge)}{named}.",
                _percent_hint(parameter, value, edge),
            )


def _check_rows(where: str, parameter: Parameter, value: Any) -> None:
    for number, row in enumerate(value, start=1):
        for column in parameter.columns:
            cell = f"{where}, row {number}, {column.name}"
            check_bounds(cell, column, row[column.name], {})


def _figure(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else f"{value}"


def _percent_hint(parameter: Parameter, value: Any, edge: Any) -> str:
    """Tell people who wrote 7 for 7 % how it is written."""
    if parameter.kind != "percent" or value <= edge or not 1 < value <= 100:
        return ""
    return f"For {value} percent write {value}% or {shown(parameter, value / 10000)[:-1]}."

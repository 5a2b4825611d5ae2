"""A form that was filled in, as the values a model is given."""

import difflib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from modelyard.errors import Denied, Invalid, ModelyardError
from modelyard.scenarios.bounds import check_bounds, order
from modelyard.scenarios.parameter import Parameter, Value
from modelyard.scenarios.reading import read_value
from modelyard.scenarios.values import plain, shown

Values = dict[str, Value]


def read_inputs(
    where: str,
    parameters: Sequence[Parameter],
    given: Mapping[str, Any],
    may_unlock: bool = False,
) -> Values:
    """Give the values of all parameters: those given, defaults, and what is derived from them.

    Raises Invalid for the first value that is missing, unknown, of another kind or unit, or out of
    its bounds, and Denied for a locked parameter that is given another value.
    """
    values, faults = look_over(where, parameters, given, may_unlock)
    for fault in faults.values():
        raise fault
    return values


def look_over(
    where: str,
    parameters: Sequence[Parameter],
    given: Mapping[str, Any],
    may_unlock: bool = False,
) -> tuple[Values, dict[str, ModelyardError]]:
    """Give the values that are right, and what is wrong with each of the others."""
    faults: dict[str, ModelyardError] = {}
    names = [parameter.name for parameter in parameters]
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            cure = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(names)}."
            faults[name] = Invalid(f"{where}/{str(name)[:60]}", "is no parameter.", cure)
    values: Values = {}
    for parameter in order(where, parameters):
        if any(name in faults for name in parameter.needs):
            continue
        try:
            value = _value(f"{where}/{parameter.name}", parameter, given, values, may_unlock)
        except ModelyardError as fault:
            faults[parameter.name] = fault
        else:
            values[parameter.name] = value
    return {name: values[name] for name in names if name in values}, faults


def _value(
    where: str,
    parameter: Parameter,
    given: Mapping[str, Any],
    values: Values,
    may_unlock: bool,
) -> Value:
    if parameter.access == "derived":
        return _derived(where, parameter, given, values)
    raw = given.get(parameter.name, parameter.default)
    value = read_value(where, parameter, plain_rows(raw))
    if parameter.access == "locked" and not may_unlock and value != parameter.default:
        raise Denied(where, f"is locked at {shown(parameter, parameter.default)}.")
    check_bounds(where, parameter, value, values)
    return value


def _derived(where: str, parameter: Parameter, given: Mapping[str, Any], values: Values) -> Value:
    assert parameter.formula is not None  # noqa: S101 (describe.py sees to it)
    try:
        value = parameter.formula.value(values, parameter.is_exact)
    except ArithmeticError:
        why = f"cannot be derived: {parameter.formula} divides by zero or overflows."
        raise Invalid(where, why) from None
    if isinstance(value, Decimal) and parameter.places is not None:
        value = round(value, parameter.places)
    if parameter.kind == "integer":
        value = int(value)
    value = read_value(where, parameter, value)
    if parameter.name in given and read_value(where, parameter, given[parameter.name]) != value:
        raise Denied(where, f"follows from others: {parameter.formula}.")
    check_bounds(where, parameter, value, values)
    return value


def plain_rows(raw: Any) -> Any:
    """Give a table of row objects as rows that can be read; other values as they are."""
    if not isinstance(raw, list | tuple):
        return raw
    return [dict(vars(row)) if hasattr(row, "__dataclass_fields__") else row for row in raw]


def plain_values(values: Mapping[str, Value]) -> dict[str, Any]:
    """Give values as JSON holds them."""
    return {name: plain(value) for name, value in values.items()}

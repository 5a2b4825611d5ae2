"""One value changed at a time: what sensitivity, grids and goal seeking have in common."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from modelyard.errors import Denied, Invalid
from modelyard.scenarios.execute import calculate
from modelyard.scenarios.inputs import Values, read_inputs
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.what_if import WhatIf

DIGITS = 12
"""Significant digits of a decimal that a search came to."""


def outputs_at(what_if: WhatIf, values: Values, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give the outputs that are no tables, with some values changed; what is derived follows."""
    free = {
        parameter.name: values[parameter.name]
        for parameter in what_if.parameters
        if parameter.access != "derived" and parameter.name in values
    }
    read = read_inputs(what_if.where, what_if.parameters, free | dict(changes), may_unlock=True)
    return calculate(what_if, read, has_tables=False)


def numeric_output(what_if: WhatIf, name: str) -> Output:
    """Give the output of that name, or the first that is a number where none is named."""
    if name:
        output: Output = what_if.get_output(name)
        if not output.is_numeric:
            raise Invalid(f"{what_if.where}/{name}", f"is a {output.kind}, not a number.")
        return output
    first = next((output for output in what_if.outputs if output.is_numeric), None)
    if first is None:
        raise Invalid(what_if.where, "has no output that is a number.")
    return first


def movable(what_if: WhatIf, name: str) -> Parameter:
    """Give a parameter that may be moved; raises Denied for one that is locked or derived."""
    parameter: Parameter = what_if.get_parameter(name)
    if parameter.access != "open":
        why = "is locked." if parameter.access == "locked" else "follows from others."
        raise Denied(f"{what_if.where}/{name}", why)
    return parameter


def fitted(parameter: Parameter, number: float) -> Any:
    """Give a float as a value of the parameter, rounded to what it can hold."""
    if parameter.kind == "integer":
        return round(number)
    if parameter.places is not None:
        return (
            Decimal(f"{number:.{parameter.places}f}")
            if parameter.is_exact
            else round(number, parameter.places)
        )
    return Decimal(f"{number:.{DIGITS}g}") if parameter.is_exact else float(number)

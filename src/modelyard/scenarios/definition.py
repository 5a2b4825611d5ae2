"""What a model takes and gives, as JSON: what forms, documents and programs are made of."""

from datetime import date
from decimal import Decimal
from typing import Any

from modelyard.scenarios.expression import Expression
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Limit, Parameter
from modelyard.scenarios.values import plain
from modelyard.scenarios.what_if import WhatIf


def definition_of(what_if: WhatIf) -> dict[str, Any]:
    """Give a model with its parameters and outputs; absent things are left out."""
    return {
        "name": what_if.name,
        "title": what_if.shown_title,
        "description": what_if.description,
        "file": what_if.source.file if what_if.source else "",
        "digest": what_if.digest,
        "parameters": [parameter_json(parameter) for parameter in what_if.parameters],
        "outputs": [output_json(output) for output in what_if.outputs],
        "notes": list(what_if.notes),
    }


def parameter_json(parameter: Parameter) -> dict[str, Any]:
    """Give a parameter; a bound that names others is its formula."""
    content = {
        "name": parameter.name,
        "kind": parameter.kind,
        "title": parameter.shown_title,
        "unit": parameter.unit,
        "minimum": _limit(parameter.minimum),
        "maximum": _limit(parameter.maximum),
        "choices": list(parameter.choices),
        "default": plain(parameter.default),
        "help": parameter.help,
        "group": parameter.group,
        "access": parameter.access,
        "formula": str(parameter.formula or ""),
        "exact": parameter.is_exact,
        "places": parameter.places,
        "columns": [parameter_json(column) for column in parameter.columns],
    }
    return _without_nothing(content)


def output_json(output: Output) -> dict[str, Any]:
    """Give an output."""
    chart = output.chart
    content = {
        "name": output.name,
        "kind": output.kind,
        "title": output.shown_title,
        "unit": output.unit,
        "help": output.help,
        "accuracy": output.accuracy,
        "optional": output.is_optional,
        "columns": [output_json(column) for column in output.columns],
        "chart": chart and {"kind": chart.kind, "x": chart.x, "y": list(chart.y)},
    }
    return _without_nothing(content)


def _limit(limit: Limit | None) -> Any:
    if isinstance(limit, Expression):
        return {"formula": limit.text}
    if isinstance(limit, Decimal | date):
        return plain(limit)
    return None


def _without_nothing(content: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing; the number 0 says something."""
    nothing: tuple[Any, ...] = ("", [])
    return {
        key: value
        for key, value in content.items()
        if value is not None and value is not False and value not in nothing
    }

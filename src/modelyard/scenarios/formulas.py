"""Models without code: parameters that were set, and outputs by formulas over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from modelyard.errors import Invalid
from modelyard.scenarios.describe import check_parameters, output_of, parameter_of
from modelyard.scenarios.expression import Expression, parse_expression
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import NUMERIC, Parameter
from modelyard.scenarios.setting import Content, OutputSetting, Setting, value_at
from modelyard.scenarios.what_if import WhatIf


@dataclass(frozen=True)
class FormulaCalculation:
    """Formulas, worked out one after the other: each may name those before it."""

    where: str
    formulas: tuple[tuple[Output, Expression], ...]

    def __call__(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Work all outputs out."""
        known = dict(values)
        for output, formula in self.formulas:
            try:
                known[output.name] = _rounded(output, formula.value(known, output.is_exact))
            except ArithmeticError:
                why = f"cannot be worked out: {formula} divides by zero or overflows."
                raise Invalid(f"{self.where}/{output.name}", why) from None
        return {output.name: known[output.name] for output, _ in self.formulas}


def _rounded(output: Output, value: Any) -> Any:
    if isinstance(value, Decimal) and output.places is not None:
        return value.quantize(Decimal(1).scaleb(-output.places), ROUND_HALF_UP)
    if output.kind == "integer" and not hasattr(value, "dtype"):
        return round(value)
    return value


def standing_alone(name: str, content: Content, day: date, digest: str) -> WhatIf:
    """Make a model of its settings and formulas; raises Invalid, naming parameter or output."""
    where = f"scenarios/{name}"
    if not content.settings or not content.outputs:
        missing = "outputs" if content.settings else "parameters"
        raise Invalid(where, f"has no {missing}.", "A model without code needs both.")
    parameters = tuple(_parameter(f"{where}/{one.name}", one, day) for one in content.settings)
    check_parameters(where, parameters)
    known = {one.name for one in parameters if one.is_numeric}
    formulas = []
    for one in content.outputs:
        formulas.append(_formula(f"{where}/{one.name}", one, known, parameters))
        known.add(one.name)
    return WhatIf(
        name=name,
        title=content.title,
        description=content.description,
        parameters=parameters,
        outputs=tuple(output for output, _ in formulas),
        calculation=FormulaCalculation(where, tuple(formulas)),
        digest=digest,
    )


def _parameter(where: str, setting: Setting, day: date) -> Parameter:
    kind = setting.kind or "number"
    if kind == "table":
        raise Invalid(where, "a model without code has no tables.", "Write it in Python.")
    dated = value_at(setting.values, day)
    if setting.formula and setting.state != "derived":
        raise Invalid(
            where, f"has a formula, and is {setting.state or 'open'}.", "Make it derived."
        )
    told = {
        "kind": kind,
        "title": setting.title,
        "unit": setting.unit,
        "minimum": None if setting.minimum == "" else setting.minimum,
        "maximum": None if setting.maximum == "" else setting.maximum,
        "choices": setting.choices,
        "default": None if dated is None else dated.value,
        "help": setting.help,
        "group": setting.group,
        "locked": setting.state == "locked",
        "derived": setting.formula if setting.state == "derived" else "",
        "exact": setting.exact,
        "places": setting.places,
    }
    if setting.state == "derived" and not setting.formula:
        raise Invalid(where, "is derived, and has no formula.")
    return parameter_of(where, setting.name, told)


def _formula(
    where: str, setting: OutputSetting, known: set[str], parameters: tuple[Parameter, ...]
) -> tuple[Output, Expression]:
    if setting.name in known or any(one.name == setting.name for one in parameters):
        raise Invalid(where, "there is a parameter or an output of that name already.")
    if setting.kind not in NUMERIC:
        raise Invalid(where, f"a formula gives a number, not a {setting.kind[:40]}.")
    told = {
        name: getattr(setting, name)
        for name in ("kind", "title", "unit", "help", "exact", "places")
    }
    formula = parse_expression(where, setting.formula)
    for name in formula.names:
        if name not in known:
            cure = f"Known here: {', '.join(sorted(known))}."
            raise Invalid(where, f"'{name}' is no number that is known by then.", cure)
    return output_of(where, setting.name, told), formula

"""A model with settings on top: what its owner says of parameters without touching its code."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from modelyard.errors import Denied, Invalid
from modelyard.runs.canonical import canonical_json, digest_of
from modelyard.scenarios.describe import check_parameters, parameter_of
from modelyard.scenarios.expression import Expression
from modelyard.scenarios.parameter import Limit, Parameter
from modelyard.scenarios.setting import Setting, value_at
from modelyard.scenarios.what_if import WhatIf

FIXED = ("kind", "unit", "choices", "exact", "places")
"""What the author of the calculation alone can say."""
Side = Literal["minimum", "maximum"]


def managed(
    base: WhatIf, name: str, settings: Sequence[Setting], day: date, content_digest: str
) -> WhatIf:
    """Give the model with settings applied, as on a day, under a name.

    What the code locks or derives stays so; bounds can be made narrower only. Raises Invalid and
    Denied, naming parameter and key.
    """
    where = f"scenarios/{name}"
    by_name = {one.name: one for one in settings}
    if len(by_name) < len(settings):
        raise Invalid(where, "a parameter is set twice.")
    for setting in settings:
        base.get_parameter(setting.name)
    parameters = tuple(
        _applied(f"{where}/{parameter.name}", parameter, by_name[parameter.name], day)
        if parameter.name in by_name
        else parameter
        for parameter in base.parameters
    )
    check_parameters(where, parameters)
    digest = digest_of(canonical_json({"code": base.digest, "settings": content_digest}))
    return replace(base, name=name, parameters=parameters, digest=digest)


def _applied(where: str, own: Parameter, setting: Setting, day: date) -> Parameter:
    _refuse_fixed(where, own, setting)
    _refuse_unlocked(where, own, setting)
    access = setting.state or own.access
    dated = value_at(setting.values, day)
    told = told_of(own) | {
        name: getattr(setting, name)
        for name in ("title", "help", "group")
        if getattr(setting, name)
    }
    told |= {
        "default": own.default if dated is None else dated.value,
        "locked": access == "locked",
        "derived": (setting.formula or str(own.formula or "")) if access == "derived" else "",
        "minimum": _narrower(where, own, setting, "minimum"),
        "maximum": _narrower(where, own, setting, "maximum"),
    }
    if access == "derived" and not told["derived"]:
        raise Invalid(where, "is derived, and has no formula.")
    if setting.formula and access != "derived":
        raise Invalid(where, f"has a formula, and is {access}.", "Make it derived.")
    return parameter_of(where, own.name, told, own.place)


def told_of(parameter: Parameter) -> dict[str, Any]:
    """Give what an author would write to get this parameter."""
    names = ("kind", "title", "unit", "choices", "default", "help", "group", "places", "columns")
    told = {name: getattr(parameter, name) for name in names}
    return told | {
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "locked": parameter.access == "locked",
        "derived": str(parameter.formula or ""),
        "exact": parameter.is_exact,
        "least_rows": parameter.least_rows,
        "most_rows": parameter.most_rows,
    }


def _refuse_fixed(where: str, own: Parameter, setting: Setting) -> None:
    for name in FIXED:
        given = getattr(setting, name)
        theirs = own.is_exact if name == "exact" else getattr(own, name)
        if given and given != theirs:
            raise Invalid(f"{where}, {name}", "is said by the model itself.", "Leave it out.")


def _refuse_unlocked(where: str, own: Parameter, setting: Setting) -> None:
    if own.access == "derived" and (setting.values or setting.formula or setting.state):
        raise Denied(where, f"follows from others in the model itself: {own.formula}.")
    if own.access == "locked" and setting.state not in {None, "locked"}:
        raise Denied(where, "is locked by the model itself.", "Its value may be set, no more.")


def _narrower(where: str, own: Parameter, setting: Setting, side: Side) -> Limit | None:
    """Give the tighter of two bounds; where one is a formula, both hold."""
    theirs, raw = getattr(own, side), getattr(setting, side)
    if raw is None or raw == "":
        return theirs  # type: ignore[no-any-return]
    bare = {"kind": own.kind, "unit": own.unit, "exact": own.is_exact, "places": own.places}
    ours: Limit = getattr(parameter_of(where, own.name, bare | {side: raw}), side)
    if theirs is None:
        return ours
    if isinstance(ours, Expression) or isinstance(theirs, Expression):
        return _both("max" if side == "minimum" else "min", theirs, ours)
    if (ours < theirs) if side == "minimum" else (ours > theirs):
        why = f"{raw} is wider than the model's own, {theirs}."
        raise Invalid(f"{where}, {side}", why, "Bounds can be made narrower.")
    return ours


def _both(function: str, *limits: Any) -> Expression:
    trees = [one.tree if isinstance(one, Expression) else _constant(one) for one in limits]
    texts = [str(one) for one in limits]
    names = {name for one in limits if isinstance(one, Expression) for name in one.names}
    tree = ast.Call(func=ast.Name(id=function), args=trees, keywords=[])
    return Expression(f"{function}({', '.join(texts)})", tuple(sorted(names)), tree)


def _constant(value: Decimal) -> ast.expr:
    return ast.Constant(value=value)  # type: ignore[arg-type]  # (Expression reads its text)


def values_on(settings: Sequence[Setting], day: date) -> Mapping[str, Any]:
    """Give the values that are set on a day, by parameter."""
    found = {one.name: value_at(one.values, day) for one in settings}
    return {name: dated.value for name, dated in found.items() if dated is not None}

"""Parameters and outputs from what their author wrote, checked strictly."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast, get_args

from modelyard.errors import Invalid
from modelyard.scenarios.bounds import check_bounds, order
from modelyard.scenarios.expression import Expression, parse_expression
from modelyard.scenarios.output import Chart, ChartKind, Output
from modelyard.scenarios.parameter import KINDS, NUMERIC, Kind, Limit, Parameter
from modelyard.scenarios.reading import NUMBER, read_value

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
NOT_BOUNDED = frozenset({"choice", "text", "table"})
KEYS = (
    *("kind", "title", "unit", "minimum", "maximum", "choices", "default", "help", "group"),
    *("locked", "derived", "exact", "places", "columns", "least_rows", "most_rows"),
)


def parameter_of(where: str, name: str, told: Mapping[str, Any], place: str = "") -> Parameter:
    """Make a parameter of what is told of it (the keys in `KEYS`).

    Raises Invalid, naming `where`, for a key, kind or bound that means nothing.
    """
    _check_name(where, name)
    _refuse_unknown(where, told)
    kind = _kind(where, told)
    is_exact = bool(told.get("exact", False))
    parameter = Parameter(
        name=name,
        kind=kind,
        title=str(told.get("title") or ""),
        unit=str(told.get("unit") or ""),
        choices=_choices(where, kind, told),
        help=str(told.get("help") or ""),
        group=str(told.get("group") or ""),
        access="derived" if told.get("derived") else "locked" if told.get("locked") else "open",
        is_exact=is_exact,
        places=_places(where, kind, is_exact, told),
        columns=tuple(told.get("columns") or ()),
        least_rows=int(told.get("least_rows", 1)),
        most_rows=int(told.get("most_rows", 1000)),
        place=place or where,
    )
    parameter = replace(
        parameter,
        minimum=_limit(where, parameter, told.get("minimum")),
        maximum=_limit(where, parameter, told.get("maximum")),
        formula=_formula(where, told),
    )
    return _with_default(where, parameter, told)


def check_parameters(where: str, parameters: Sequence[Parameter]) -> None:
    """Check how parameters fit together: names, circles, defaults within their bounds."""
    names = [parameter.name for parameter in parameters]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Invalid(where, f"the parameter '{twice}' is there twice.")
    values: dict[str, Any] = {}
    for parameter in order(where, parameters):
        if parameter.default is None or any(name not in values for name in parameter.needs):
            continue
        check_bounds(f"{parameter.place}, default", parameter, parameter.default, values)
        values[parameter.name] = parameter.default


def check_chart(where: str, output: Output) -> None:
    """Raise Invalid where a chart names a column that the table has not."""
    if output.chart is None:
        return
    names = [column.name for column in output.columns]
    if output.chart.kind not in get_args(ChartKind):
        known = ", ".join(get_args(ChartKind))
        raise Invalid(where, f"'{output.chart.kind}' is no chart.", f"Known: {known}.")
    for name in (output.chart.x, *output.chart.y):
        if name not in names:
            cure = f"Columns: {', '.join(names)}."
            raise Invalid(where, f"the chart's '{name}' is no column of the table.", cure)


def output_of(where: str, name: str, told: Mapping[str, Any], place: str = "") -> Output:
    """Make an output of what is told of it; raises Invalid, naming `where`."""
    _check_name(where, name)
    kind = _kind(where, told)
    is_exact = bool(told.get("exact", False))
    chart = told.get("chart")
    output = Output(
        name=name,
        kind=kind,
        title=str(told.get("title") or ""),
        unit=str(told.get("unit") or ""),
        help=str(told.get("help") or ""),
        is_exact=is_exact,
        places=_places(where, kind, is_exact, told),
        is_optional=bool(told.get("optional", False)),
        columns=tuple(told.get("columns") or ()),
        chart=chart if isinstance(chart, Chart) else None,
        place=place or where,
    )
    check_chart(where, output)
    return output


def _check_name(where: str, name: str) -> None:
    if not NAME.fullmatch(name):
        raise Invalid(where, f"'{name[:60]}' is no name.", "Use letters, digits and _.")


def _refuse_unknown(where: str, told: Mapping[str, Any]) -> None:
    for key in told:
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, n=1)
            cure = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(KEYS)}."
            raise Invalid(where, f"unknown key '{key}'.", cure)
    if told.get("locked") and told.get("derived"):
        raise Invalid(where, "is locked and derived at once.", "Choose one.")


def _kind(where: str, told: Mapping[str, Any]) -> Kind:
    kind = told.get("kind", "number")
    if kind not in KINDS:
        raise Invalid(where, f"'{kind}' is no kind of parameter.", f"Known: {', '.join(KINDS)}.")
    return cast(Kind, kind)


def _choices(where: str, kind: Kind, told: Mapping[str, Any]) -> tuple[str, ...]:
    choices = tuple(told.get("choices") or ())
    if (kind == "choice") != bool(choices):
        why = "needs choices." if kind == "choice" else f"has choices, and is a {kind}."
        raise Invalid(where, why)
    if any(not isinstance(item, str) or not item.strip() for item in choices):
        raise Invalid(where, "a choice must be a text.")
    if len(set(choices)) < len(choices):
        raise Invalid(where, "a choice is there twice.")
    return choices


def _places(where: str, kind: Kind, is_exact: bool, told: Mapping[str, Any]) -> int | None:
    places = told.get("places")
    if places is None:
        return 2 if kind == "money" and is_exact else None
    if isinstance(places, bool) or not isinstance(places, int) or not 0 <= places <= 12:
        raise Invalid(where, f"places must be a whole number from 0 to 12, not {places}.")
    return places


def _limit(where: str, parameter: Parameter, raw: Any) -> Limit | None:
    if raw is None:
        return None
    if parameter.kind in NOT_BOUNDED:
        raise Invalid(where, f"a {parameter.kind} has no minimum or maximum.")
    if isinstance(raw, Expression):
        return raw
    if parameter.kind in NUMERIC and isinstance(raw, str) and _is_formula(parameter, raw):
        return parse_expression(where, raw)
    loose = replace(parameter, places=None, is_exact=parameter.kind != "integer")
    read = read_value(f"{where}, bound", loose, raw)
    return read if isinstance(read, date | Decimal) else Decimal(str(read))


def _is_formula(parameter: Parameter, text: str) -> bool:
    """Tell `principal * 0.8` from `1e6` and `5 USD`."""
    bare = text.strip().removesuffix(parameter.unit).strip() if parameter.unit else text.strip()
    return bool(re.search(r"[A-Za-z_]", bare)) and not NUMBER.fullmatch(bare)


def _formula(where: str, told: Mapping[str, Any]) -> Expression | None:
    text = told.get("derived")
    if not text:
        return None
    if told.get("kind", "number") not in NUMERIC:
        raise Invalid(where, "only numbers can be derived.")
    return parse_expression(where, str(text))


def _with_default(where: str, parameter: Parameter, told: Mapping[str, Any]) -> Parameter:
    fixed = (parameter.minimum, parameter.maximum)
    if None not in fixed and not any(isinstance(limit, Expression) for limit in fixed):
        low, high = fixed
        if low > high:  # type: ignore[operator]
            raise Invalid(where, f"the minimum {low} is above the maximum {high}.")
    raw = None if parameter.access == "derived" else told.get("default")
    if raw is None:
        if parameter.access == "locked":
            raise Invalid(where, "is locked, and has no value to be locked at.", "Give a default.")
        return parameter
    from modelyard.scenarios.inputs import plain_rows

    return replace(parameter, default=read_value(f"{where}, default", parameter, plain_rows(raw)))

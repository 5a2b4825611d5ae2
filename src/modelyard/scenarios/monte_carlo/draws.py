"""Drawing parameters: seeded, within their bounds, each from a stream of its own."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from modelyard.errors import Denied, Invalid
from modelyard.scenarios.bounds import order
from modelyard.scenarios.expression import Expression
from modelyard.scenarios.inputs import Values
from modelyard.scenarios.monte_carlo.distributions import Choice, Distribution, Floats
from modelyard.scenarios.parameter import Limit, Parameter
from modelyard.scenarios.reading import read_value
from modelyard.scenarios.what_if import WhatIf

MOST_ROUNDS = 200
DRAWN = frozenset({"number", "integer", "money", "percent", "choice"})


@dataclass(frozen=True)
class Draws:
    """What was drawn: one column per parameter that differs from draw to draw."""

    columns: dict[str, Floats]
    """Numbers; for a choice the positions in `choices`."""
    choices: dict[str, tuple[Any, ...]]
    redrawn: dict[str, int]
    """How many values lay outside the bounds and were drawn again."""
    count: int


@dataclass(frozen=True)
class Stream:
    """A distribution with a source of chance of its own."""

    distribution: Distribution
    random: np.random.Generator

    def draw(self, count: int) -> Floats:
        """Draw the next values."""
        return self.distribution.draw(self.random, count)


def draw(
    what_if: WhatIf,
    base: Values,
    distributions: Mapping[str, Distribution],
    count: int,
    seed: int,
) -> Draws:
    """Draw the parameters, and work out those that are derived from them.

    The stream of a parameter depends on the seed and its own name only, so that another
    distribution beside it changes nothing. A value outside the bounds is drawn again. Raises
    Invalid where that does not end.
    """
    drawn = Draws({}, {}, {}, count)
    for parameter in order(what_if.where, what_if.parameters):
        where = f"{what_if.where}/{parameter.name}"
        distribution = distributions.get(parameter.name)
        context: dict[str, Any] = dict(base) | drawn.columns
        if distribution is not None:
            _check(where, parameter)
            random = np.random.default_rng([seed, zlib.crc32(parameter.name.encode())])
            _draw_one(what_if, parameter, Stream(distribution, random), context, drawn)
        elif parameter.formula and any(name in drawn.columns for name in parameter.needs):
            derived = parameter.formula.value(context, is_exact=False)
            drawn.columns[parameter.name] = _rounded(parameter, np.asarray(derived, dtype=float))
            _check_held(where, parameter, drawn.columns[parameter.name], context)
        elif any(name in drawn.columns for name in parameter.needs):
            _check_held(where, parameter, _as_float(base[parameter.name]), context)
    return drawn


def _check(where: str, parameter: Parameter) -> None:
    if parameter.kind not in DRAWN:
        raise Invalid(where, f"is a {parameter.kind}, and only numbers and choices are drawn.")
    if parameter.access == "derived":
        raise Denied(where, f"follows from others: {parameter.formula}.")
    if parameter.access == "locked":
        raise Denied(where, "is locked, so it is not drawn.")


def _draw_one(
    what_if: WhatIf, parameter: Parameter, stream: Stream, context: Mapping[str, Any], drawn: Draws
) -> None:
    name, where = parameter.name, f"{what_if.where}/{parameter.name}"
    drawn.redrawn[name] = 0
    if isinstance(stream.distribution, Choice):
        codes = stream.draw(drawn.count)
        chosen = tuple(read_value(where, parameter, item) for item in stream.distribution.values)
        if parameter.kind == "choice":
            drawn.columns[name], drawn.choices[name] = codes, chosen
            return
        numbers = np.array([float(item) for item in chosen])  # type: ignore[arg-type]
        drawn.columns[name] = numbers[codes.astype(int)]
        _check_held(where, parameter, drawn.columns[name], context)
        return
    if parameter.kind == "choice":
        raise Invalid(where, "is a choice: draw it with choice(a: 3, b: 1).")
    values = _rounded(parameter, stream.draw(drawn.count))
    edges = _edges(parameter, context)
    for _ in range(MOST_ROUNDS):
        outside = _outside(values, edges)
        if outside is None:
            drawn.columns[name] = values
            return
        drawn.redrawn[name] += len(outside)
        values[outside] = _rounded(parameter, stream.draw(len(outside)))
    raise Invalid(where, "the distribution lies almost wholly outside the parameter's bounds.")


def _edges(parameter: Parameter, context: Mapping[str, Any]) -> tuple[Any, Any]:
    def edge(limit: Limit | None) -> Any:
        if isinstance(limit, Expression):
            return limit.value(_floats(limit, context), is_exact=False)
        return None if limit is None else float(limit)  # type: ignore[arg-type]

    return edge(parameter.minimum), edge(parameter.maximum)


def _floats(limit: Expression, context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _as_float(context[name]) for name in limit.names}


def _as_float(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal | int) else value


def _outside(values: Floats, edges: tuple[Any, Any]) -> Any:
    """Give the positions of values beyond their edges; None where all are within."""
    low, high = edges
    is_above = low is None or np.all(values >= low)
    is_below = high is None or np.all(values <= high)
    if is_above and is_below:
        return None
    too_low = False if low is None else values < low
    too_high = False if high is None else values > high
    return np.flatnonzero(np.logical_or(too_low, too_high))


def _check_held(where: str, parameter: Parameter, values: Any, context: Mapping[str, Any]) -> None:
    outside = _outside(np.atleast_1d(values), _edges(parameter, context))
    if outside is not None:
        raise Invalid(where, f"leaves its bounds in {len(outside)} draws.")


def _rounded(parameter: Parameter, values: Floats) -> Floats:
    if parameter.kind == "integer":
        return np.rint(values)
    if parameter.places is not None:
        return np.round(values, parameter.places)
    return values


def value_of(parameter: Parameter, number: float) -> Any:
    """Give one drawn number in the parameter's own kind."""
    if parameter.kind == "integer":
        return int(number)
    if not parameter.is_exact:
        return float(number)
    if parameter.places is not None:
        return Decimal(f"{number:.{parameter.places}f}")
    return Decimal(repr(float(number)))

"""Which value of a parameter brings an output to a target, or plainly that none does."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from modelyard.errors import Invalid, ModelyardError
from modelyard.scenarios.bounds import limit_value
from modelyard.scenarios.grid import steps
from modelyard.scenarios.inputs import Values, read_inputs
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.reading import read_value
from modelyard.scenarios.root import find_root
from modelyard.scenarios.values import plain, shown
from modelyard.scenarios.varied import fitted, movable, numeric_output, outputs_at
from modelyard.scenarios.what_if import WhatIf

PLACES_TRIED = 65
CLOSE = 1e-9
"""How near, as a share of the target, an inexact output must come."""
MOST_SPANS = 8
"""How many crossings are looked at: one may be a jump over the target."""
SHORTEST = 8
"""How many digits are tried for a value that reads well."""
Point = tuple[float, float]


@dataclass(frozen=True)
class Goal:
    """What a search found."""

    model: str
    output: str
    target: float
    by: str
    is_found: bool
    value: Any
    """The value of the parameter; where there is no solution, the one that comes nearest."""
    reached: float | None
    """The output there."""
    solutions: int
    """How many places were seen where the output crosses the target."""
    words: str
    """The finding in a sentence."""

    def as_json(self) -> dict[str, Any]:
        """Give the finding as JSON values."""
        return vars(self) | {"value": plain(self.value)}


def seek(what_if: WhatIf, given: Mapping[str, Any], *, output: str, target: Any, by: str) -> Goal:
    """Search the parameter `by` within its bounds for a value that brings the output to `target`.

    Without bounds it is searched around its present value, a thousand times as far each way. Where
    several values do, the one nearest to the present one is given. Raises Invalid where the output
    or the parameter is no number, and where the model fails everywhere.
    """
    parameter = movable(what_if, by)
    wanted = numeric_output(what_if, output)
    if not parameter.is_numeric:
        raise Invalid(f"{what_if.where}/{by}", f"is a {parameter.kind}, not a number.")
    goal = _target(what_if, wanted, target)
    values = read_inputs(what_if.where, what_if.parameters, given)
    search = _Search(what_if, values, parameter, wanted, goal)
    points = search.scanned()
    spans = [pair for pair in itertools.pairwise(points) if pair[0][1] * pair[1][1] <= 0]
    if not spans:
        return search.not_found(points)
    present = float(values[by])  # type: ignore[arg-type]
    spans.sort(key=lambda span: min(abs(span[0][0] - present), abs(span[1][0] - present)))
    goals = [search.found(spans[0], _crossings(points))]
    for span in spans[1:MOST_SPANS]:
        if goals[-1].is_found:
            return goals[-1]
        goals.append(search.found(span, _crossings(points)))
    return goals[-1] if goals[-1].is_found else goals[0]


def _target(what_if: WhatIf, output: Output, raw: Any) -> float:
    like = Parameter(name=output.name, kind=output.kind, unit=output.unit)
    return float(read_value(f"{what_if.where}/{output.name}", like, raw))  # type: ignore[arg-type]


def _crossings(points: list[Point]) -> int:
    signs = [height > 0 for _, height in points if height != 0]
    changes = sum(a != b for a, b in itertools.pairwise(signs))
    return max(changes, sum(height == 0 for _, height in points) or changes, 1)


class _Search:
    def __init__(
        self,
        what_if: WhatIf,
        values: Values,
        parameter: Parameter,
        output: Output,
        target: float,
    ) -> None:
        self.what_if, self.values = what_if, values
        self.parameter, self.output, self.target = parameter, output, target
        self.fault: ModelyardError | None = None

    def height(self, place: float) -> float:
        """Give output minus target at a place, NaN where the model fails."""
        try:
            value = fitted(self.parameter, place)
            found = outputs_at(self.what_if, self.values, {self.parameter.name: value})
        except ModelyardError as fault:
            self.fault = self.fault or fault
            return math.nan
        given = found[self.output.name]
        return math.nan if given is None else float(given) - self.target

    def scanned(self) -> list[Point]:
        """Look at places all over the range."""
        points = [(place, self.height(place)) for place in self._places()]
        good = [point for point in points if not math.isnan(point[1])]
        if not good:
            raise self.fault or Invalid(self.what_if.where, "has no value anywhere in the range.")
        return good

    def _places(self) -> list[float]:
        present = float(self.values[self.parameter.name])  # type: ignore[arg-type]
        reach = max(abs(present), 1.0)
        low, high = self._edge(self.parameter.minimum), self._edge(self.parameter.maximum)
        near = [present + side * reach * 2.0**power for power in range(-6, 11) for side in (-1, 1)]
        left = present - 1000 * reach if low is None else low
        right = present + 1000 * reach if high is None else high
        wide = steps(left, right, PLACES_TRIED)
        small = [side * reach * 4.0**-power for power in range(9) for side in (-1, 1)]
        places = {place for place in (*near, *wide, *small, present) if left <= place <= right}
        if self.parameter.kind == "integer":
            places = {float(round(place)) for place in places}
        return sorted(places)

    def _edge(self, limit: Any) -> float | None:
        if limit is None:
            return None
        return float(limit_value(self.parameter, limit, self.values))

    def found(self, span: tuple[Point, Point], solutions: int) -> Goal:
        """Close in on a solution."""
        (low, at_low), (high, at_high) = span
        if at_low == 0 or at_high == 0:
            place = low if at_low == 0 else high
        else:
            place = find_root(self._steady(at_low), low, high, at_low, at_high)
        value, off = self._best(place)
        if math.isinf(off):
            place, off = min(span, key=lambda point: abs(point[1]))
            value = fitted(self.parameter, place)
        words = (
            f"{self._shown(value)} gives {self._figure(off + self.target)}"
            if self._is_close(off)
            else f"No value of {self.parameter.name} gives exactly {self._figure(self.target)}: "
            f"the nearest, {self._shown(value)}, gives {self._figure(off + self.target)}"
        )
        more = f"; {solutions - 1} more solutions were seen" if solutions > 1 else ""
        return self._goal(self._is_close(off), value, off, solutions, f"{words}{more}.")

    def _steady(self, sign: float) -> Any:
        """Where the model fails on the way, go on as if on the side of the first end."""

        def height(place: float) -> float:
            found = self.height(place)
            return sign if math.isnan(found) else found

        return height

    def _best(self, place: float) -> tuple[Any, float]:
        """Take the best of the values that the parameter can hold around a place."""
        step = 1.0 if self.parameter.kind == "integer" else 0.0
        if self.parameter.places is not None:
            step = 10.0**-self.parameter.places
        tried = {fitted(self.parameter, place + side * step) for side in (0, -1, 1)}
        heights = [(value, self.height(float(value))) for value in tried]
        good = [(value, off) for value, off in heights if not math.isnan(off)]
        if not good:  # the model fails where the sign changes
            return fitted(self.parameter, place), math.inf
        value, off = min(good, key=lambda pair: (abs(pair[1]), abs(float(pair[0]) - place)))
        return self._simplest(value, off)

    def _simplest(self, value: Any, off: float) -> tuple[Any, float]:
        """Where the output goes in steps, take the value with the fewest digits that gives it."""
        if not self._is_close(off) or self.parameter.kind == "integer":
            return value, off
        for digits in range(1, SHORTEST):
            shorter = fitted(self.parameter, float(f"{float(value):.{digits}g}"))
            height = self.height(float(shorter))
            if abs(height) <= abs(off):
                return shorter, height
        return value, off

    def _is_close(self, off: float) -> bool:
        if self.output.is_exact and self.output.places is not None:
            return abs(off) < 0.5 * 10.0**-self.output.places
        return abs(off) <= CLOSE * max(abs(self.target), 1e-6)

    def not_found(self, points: list[Point]) -> Goal:
        """Say that there is no solution, and what there is."""
        place, off = min(points, key=lambda point: abs(point[1]))
        low = min(height for _, height in points) + self.target
        high = max(height for _, height in points) + self.target
        ends = [self._shown(fitted(self.parameter, points[end][0])) for end in (0, -1)]
        words = (
            f"No solution: for {self.parameter.name} from {ends[0]} to {ends[1]}, "
            f"{self.output.name} lies between {self._figure(low)} and {self._figure(high)}, "
            f"never at {self._figure(self.target)}."
        )
        return self._goal(False, fitted(self.parameter, place), off, 0, words)

    def _goal(self, is_found: bool, value: Any, off: float, solutions: int, words: str) -> Goal:
        return Goal(
            self.what_if.name, self.output.name, self.target, self.parameter.name, is_found,
            value, off + self.target, solutions, words,
        )  # fmt: skip

    def _shown(self, value: Any) -> str:
        return shown(self.parameter, value)

    def _figure(self, figure: float) -> str:
        if self.output.is_exact and self.output.places is not None:
            return shown(self.output, round(Decimal(repr(figure)), self.output.places))
        return shown(self.output, figure)

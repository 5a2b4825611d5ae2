"""How far each parameter moves an output: the bars of a tornado chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from modelyard.errors import Invalid, ModelyardError
from modelyard.scenarios.bounds import limit_value
from modelyard.scenarios.inputs import Values, plain_values, read_inputs
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.reading import read_value
from modelyard.scenarios.values import plain
from modelyard.scenarios.varied import fitted, numeric_output, outputs_at
from modelyard.scenarios.what_if import WhatIf

MOST_CHOICES = 20


@dataclass(frozen=True)
class Bar:
    """What one parameter does to the output."""

    parameter: str
    low_value: Any
    """The value that was put in downwards; of a choice, the one that gives the least."""
    high_value: Any
    low: float | None
    """The output for it; None where the model fails there."""
    high: float | None
    faults: tuple[str, ...] = ()

    @property
    def swing(self) -> float:
        """The distance between both outputs."""
        return 0.0 if self.low is None or self.high is None else abs(self.high - self.low)


@dataclass(frozen=True)
class Tornado:
    """All bars, the longest first."""

    model: str
    output: str
    swing: float
    """The share by which each number was moved, both ways."""
    middle: float
    """The output where nothing is moved."""
    values: Values
    bars: tuple[Bar, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the bars as JSON values."""
        return {
            "model": self.model,
            "output": self.output,
            "swing": self.swing,
            "middle": self.middle,
            "inputs": plain_values(self.values),
            "bars": [
                {
                    "parameter": bar.parameter,
                    "low_value": plain(bar.low_value),
                    "high_value": plain(bar.high_value),
                    "low": bar.low,
                    "high": bar.high,
                    "swing": bar.swing,
                    "faults": list(bar.faults),
                }
                for bar in self.bars
            ],
        }


def read_swing(text: str) -> float:
    """Read a swing such as `10%` or `0.1`; raises Invalid."""
    share = Parameter(name="swing", kind="percent")
    return float(read_value("swing", share, text))  # type: ignore[arg-type]


def tornado(
    what_if: WhatIf, given: Mapping[str, Any], *, output: str = "", swing: float = 0.1
) -> Tornado:
    """Move every open number by the share `swing` down and up, within its bounds, one at a time.

    Choices are tried one after the other. In tables every number that is no first column is moved.
    Raises Invalid where the output is no number, and what the model raises unmoved.
    """
    if not 0 < swing <= 1:
        raise Invalid(what_if.where, f"swing must be above 0 and at most 1, not {swing}.")
    wanted = numeric_output(what_if, output).name
    values = read_inputs(what_if.where, what_if.parameters, given)
    middle = outputs_at(what_if, values, {})[wanted]
    if middle is None:
        raise Invalid(f"{what_if.where}/{wanted}", "has no value for these inputs.")
    bars = [
        _bar(what_if, parameter, values, wanted, swing)
        for parameter in what_if.parameters
        if parameter.access == "open" and parameter.kind not in {"text", "date"}
    ]
    bars.sort(key=lambda bar: -bar.swing)
    return Tornado(what_if.name, wanted, swing, float(middle), values, tuple(bars))


def _bar(what_if: WhatIf, parameter: Parameter, values: Values, output: str, swing: float) -> Bar:
    tried = [
        (value, *_output(what_if, values, parameter.name, value, output))
        for value in _ends(parameter, values, swing)
    ]
    faults = tuple(fault for _, _, fault in tried if fault)
    good = [(value, figure) for value, figure, _ in tried if figure is not None]
    if parameter.kind == "choice" and good:
        least = min(good, key=lambda pair: pair[1])
        most = max(good, key=lambda pair: pair[1])
        return Bar(parameter.name, least[0], most[0], least[1], most[1], faults)
    (low_value, low, _), (high_value, high, _) = tried[0], tried[-1]
    return Bar(parameter.name, low_value, high_value, low, high, faults)


def _ends(parameter: Parameter, values: Values, swing: float) -> list[Any]:
    value = values[parameter.name]
    if parameter.kind == "choice":
        return list(parameter.choices[:MOST_CHOICES])
    if parameter.kind == "table":
        return [_moved_table(parameter, value, factor) for factor in (1 - swing, 1 + swing)]
    return [_moved(parameter, value, side * swing, values) for side in (-1, 1)]


def _moved(parameter: Parameter, value: Any, share: float, values: Values) -> Any:
    """Move a number by a share of itself, at least by one where it is whole, within its bounds."""
    step = abs(float(value)) * share
    if parameter.kind == "integer" and abs(step) < 1:
        step = 1 if share > 0 else -1
    moved = fitted(parameter, float(value) + step)
    for limit, choose in ((parameter.minimum, max), (parameter.maximum, min)):
        if limit is not None:
            moved = choose(moved, limit_value(parameter, limit, values))
    if parameter.is_exact and not isinstance(moved, Decimal):
        moved = Decimal(str(moved))
    return int(moved) if parameter.kind == "integer" else moved


def _moved_table(parameter: Parameter, rows: Any, factor: float) -> list[dict[str, Any]]:
    first = parameter.columns[0].name
    return [
        {
            column.name: row[column.name]
            if column.name == first or not column.is_numeric
            else _moved(column, row[column.name], factor - 1, {})
            for column in parameter.columns
        }
        for row in rows
    ]


def _output(
    what_if: WhatIf, values: Values, name: str, value: Any, output: str
) -> tuple[float | None, str]:
    try:
        found = outputs_at(what_if, values, {name: value})[output]
    except ModelyardError as fault:
        return None, str(fault)
    return (None, f"{output} has no value.") if found is None else (float(found), "")

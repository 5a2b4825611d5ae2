"""Outputs for every combination of one or two parameters' values."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelyard.errors import Invalid, ModelyardError
from modelyard.progress import Progress, silent
from modelyard.scenarios.inputs import Values, plain_values, read_inputs
from modelyard.scenarios.reading import read_value
from modelyard.scenarios.values import plain
from modelyard.scenarios.varied import fitted, movable, outputs_at
from modelyard.scenarios.what_if import WhatIf

MOST_CELLS = 10_000


@dataclass(frozen=True)
class Cell:
    """One combination."""

    at: dict[str, Any]
    outputs: dict[str, Any]
    """The outputs that are no tables; empty where the model fails there."""
    fault: str = ""


@dataclass(frozen=True)
class Grid:
    """All combinations, the last parameter changing fastest."""

    model: str
    values: Values
    axes: dict[str, tuple[Any, ...]]
    cells: tuple[Cell, ...]

    def column(self, output: str) -> list[Any]:
        """Give one output for all combinations; None where it has no value."""
        return [cell.outputs.get(output) for cell in self.cells]

    def as_json(self) -> dict[str, Any]:
        """Give the grid as JSON values."""
        return {
            "model": self.model,
            "inputs": plain_values(self.values),
            "axes": {name: plain(values) for name, values in self.axes.items()},
            "cells": [
                {"at": plain(cell.at), "outputs": plain(cell.outputs), "fault": cell.fault}
                for cell in self.cells
            ],
        }


def steps(low: float, high: float, count: int) -> list[float]:
    """Give `count` numbers at equal distances."""
    if count == 1:
        return [low]
    return [low + (high - low) * number / (count - 1) for number in range(count)]


def read_axis(what_if: WhatIf, name: str, raw: Sequence[Any] | str) -> tuple[Any, ...]:
    """Read the values of an axis: a list, or a text such as `4%..8% in 5` or `12,24,36`.

    Raises Invalid for what is no value of the parameter, Denied where it may not be moved.
    """
    parameter = movable(what_if, name)
    where = f"{what_if.where}/{name}"
    if parameter.kind == "table":
        raise Invalid(where, "is a table, which is no axis of a grid.")
    if isinstance(raw, str) and ".." in raw and parameter.is_numeric:
        span, _, count = raw.partition(" in ")
        low, _, high = span.partition("..")
        ends = [float(read_value(where, parameter, part)) for part in (low, high)]  # type: ignore[arg-type]
        if count and not count.strip().isdigit():
            raise Invalid(where, f"'{raw}' is no range.", "Write 4%..8% in 5")
        numbers = steps(ends[0], ends[1], max(1, min(int(count or 5), MOST_CELLS)))
        return tuple(dict.fromkeys(fitted(parameter, float(f"{n:.12g}")) for n in numbers))
    parts = raw.split(",") if isinstance(raw, str) else raw
    return tuple(read_value(where, parameter, part) for part in parts)


def make_grid(
    what_if: WhatIf,
    given: Mapping[str, Any],
    axes: Mapping[str, Sequence[Any] | str],
    progress: Progress = silent,
) -> Grid:
    """Work the model out for all combinations; a cell where it fails says why.

    Raises Invalid for more than two axes or more than 10,000 cells.
    """
    if not 1 <= len(axes) <= 2:
        raise Invalid(what_if.where, "a grid has one or two parameters.")
    read = {name: read_axis(what_if, name, raw) for name, raw in axes.items()}
    count = 1
    for values in read.values():
        count *= len(values)
    if not 1 <= count <= MOST_CELLS:
        raise Invalid(what_if.where, f"a grid has 1 to {MOST_CELLS:,} cells, not {count:,}.")
    base = read_inputs(what_if.where, what_if.parameters, given)
    kept = [output.name for output in what_if.outputs if output.kind != "table"]
    cells = []
    for number, combination in enumerate(itertools.product(*read.values())):
        at = dict(zip(read, combination, strict=True))
        cells.append(_cell(what_if, base, at, kept))
        progress(number / count, "working out the grid")
    return Grid(what_if.name, base, read, tuple(cells))


def _cell(what_if: WhatIf, base: Values, at: dict[str, Any], kept: Sequence[str]) -> Cell:
    try:
        outputs = outputs_at(what_if, base, at)
    except ModelyardError as fault:
        return Cell(at, {}, str(fault))
    return Cell(at, {name: outputs[name] for name in kept})

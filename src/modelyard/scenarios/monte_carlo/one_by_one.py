"""Scalar models: draw after draw, here or spread over all processors."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelyard.errors import ModelyardError
from modelyard.progress import Progress, silent
from modelyard.scenarios.execute import called
from modelyard.scenarios.inputs import Values
from modelyard.scenarios.monte_carlo.draws import Draws, value_of
from modelyard.scenarios.what_if import WhatIf

TRIAL_S = 0.3
WORTH_PROCESSES_S = 1.5


@dataclass(frozen=True)
class Work:
    """What is worked out for each draw."""

    what_if: WhatIf
    base: Values
    """The values of what is not drawn."""
    outputs: tuple[str, ...]
    """The outputs that are numbers."""


@dataclass
class Drawn:
    """The outputs of a stretch of draws."""

    outputs: dict[str, Any]
    """Floats, one for each draw; NaN where there is no value."""
    failed: Any
    """For which draws the model raised or gave what is not finite."""
    fault: str = ""
    """The first fault, in words."""


def calculator(
    what_if: WhatIf, varying: Collection[str]
) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Give what works out one draw; a workbook is opened once for all of them.

    Only the parameters `varying` change from draw to draw.
    """
    session = getattr(what_if.calculation, "session", None)
    if session is not None:
        opened: Callable[[Mapping[str, Any]], Mapping[str, Any]] = session(varying)
        return opened
    return lambda values: called(what_if, values)


def stretch(
    work: Work, draws: Draws, until_s: float | None = None, progress: Progress = silent
) -> Drawn:
    """Work out one draw after the other; ends early when `until_s` seconds are over."""
    what_if, names = work.what_if, work.outputs
    calculate = calculator(what_if, draws.columns.keys())
    parameters = {name: what_if.get_parameter(name) for name in draws.columns}
    results = np.full((len(names), draws.count), np.nan)
    failed = np.zeros(draws.count, dtype=bool)
    fault, done, began = "", 0, time.perf_counter()
    values: dict[str, Any] = dict(work.base)
    columns = {name: column.tolist() for name, column in draws.columns.items()}
    for done in range(draws.count):
        for name, column in columns.items():
            number = column[done]
            chosen = draws.choices.get(name)
            values[name] = (
                value_of(parameters[name], number) if chosen is None else chosen[int(number)]
            )
        try:
            given = calculate(values)
            results[:, done] = [_float(given[name]) for name in names]
        except (ModelyardError, TypeError, ValueError, KeyError, OverflowError) as error:
            failed[done] = True
            fault = fault or _words(what_if, error)
        if done % 64 == 0:
            progress(done / draws.count, "drawing")
        if until_s is not None and time.perf_counter() - began > until_s:
            break
    reached = done + 1
    infinite = np.isinf(results[:, :reached]).any(axis=0)
    failed[:reached] |= infinite
    if infinite.any():
        fault = fault or f"{what_if.where}: an output is infinite: it overflowed."
    kept = {name: results[number, :reached] for number, name in enumerate(names)}
    return Drawn(kept, failed[:reached], fault)


def _float(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _words(what_if: WhatIf, error: Exception) -> str:
    if isinstance(error, ModelyardError):
        return str(error)
    return f"{what_if.where}: the outputs are not those that were declared ({error})."


def rest_of(draws: Draws, start: int, stop: int) -> Draws:
    """Give the draws from `start` to `stop`."""
    columns = {name: column[start:stop] for name, column in draws.columns.items()}
    return Draws(columns, draws.choices, draws.redrawn, stop - start)


def joined(parts: list[Drawn]) -> Drawn:
    """Put stretches together again, in their order."""
    names = parts[0].outputs
    outputs = {name: np.concatenate([part.outputs[name] for part in parts]) for name in names}
    fault = next((part.fault for part in parts if part.fault), "")
    return Drawn(outputs, np.concatenate([part.failed for part in parts]), fault)

"""Vectorised models: all draws in one call of the model."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from modelyard.errors import Invalid, ModelyardError
from modelyard.scenarios.execute import called
from modelyard.scenarios.monte_carlo.draws import Draws
from modelyard.scenarios.monte_carlo.one_by_one import Drawn, Work, rest_of, stretch
from modelyard.scenarios.what_if import WhatIf

TRIED = 8
CLOSE = 1e-9


def may_be_vectorised(what_if: WhatIf, draws: Draws) -> bool:
    """Tell whether it is worth a try: declared so, or not declared and without decimals."""
    if what_if.is_vectorised is not None:
        return what_if.is_vectorised
    is_exact = any(parameter.is_exact for parameter in what_if.parameters)
    return not is_exact and not draws.choices and not hasattr(what_if.calculation, "session")


def all_at_once(work: Work, draws: Draws) -> Drawn | None:
    """Work out all draws in one call, and hold a few of them against single calls.

    Gives None for a model that is not vectorised; raises Invalid where it was declared to be.
    """
    try:
        if work.what_if.is_vectorised is None:
            trial = rest_of(draws, 0, min(TRIED, draws.count))
            _compare(work, trial, _call(work, trial))
        drawn = _call(work, draws)
        _compare(work, draws, drawn)
    except ModelyardError:
        if work.what_if.is_vectorised:
            raise
        return None
    return drawn


def _call(work: Work, draws: Draws) -> Drawn:
    what_if, names = work.what_if, work.outputs
    results = {name: np.empty(draws.count) for name in names}
    for chosen, places in _groups(draws):
        values: dict[str, Any] = dict(work.base) | chosen
        size = draws.count if places is None else len(places)
        for name, column in draws.columns.items():
            if name not in draws.choices:
                part = column if places is None else column[places]
                is_whole = what_if.get_parameter(name).kind == "integer"
                values[name] = part.astype(np.int64) if is_whole else part
        with np.errstate(all="ignore"):
            given = called(what_if, values)
        for name in names:
            found = _array(what_if, name, given, size)
            if places is None:
                results[name] = found
            else:
                results[name][places] = found
    finite = [np.isfinite(results[name]) for name in names]
    failed = ~np.logical_and.reduce(finite)
    fault = f"{what_if.where}: an output is not finite." if failed.any() else ""
    return Drawn(results, failed, fault)


def _groups(draws: Draws) -> list[tuple[dict[str, Any], Any]]:
    """Split the draws by what was chosen: within a group only numbers differ."""
    if not draws.choices:
        return [({}, None)]
    names = list(draws.choices)
    codes = np.stack([draws.columns[name].astype(int) for name in names])
    kinds, group = np.unique(codes, axis=1, return_inverse=True)
    return [
        (
            {name: draws.choices[name][code] for name, code in zip(names, kind, strict=True)},
            np.flatnonzero(group.ravel() == number),
        )
        for number, kind in enumerate(kinds.T)
    ]


def _array(what_if: WhatIf, name: str, given: Mapping[str, Any], size: int) -> Any:
    if name not in given:
        raise Invalid(what_if.where, f"the model did not give the output '{name}'.")
    try:
        found = np.asarray(given[name], dtype=float)
    except (TypeError, ValueError):
        raise Invalid(f"{what_if.where}/{name}", "is no array of numbers.") from None
    if found.shape not in ((), (size,)):
        raise Invalid(
            f"{what_if.where}/{name}",
            f"has the shape {found.shape} for {size} draws.",
            "A vectorised model gives one number for each draw.",
        )
    return np.broadcast_to(found, (size,))


def _compare(work: Work, draws: Draws, drawn: Drawn) -> None:
    """Raise Invalid where single calls give other figures."""
    places = np.unique(np.linspace(0, draws.count - 1, TRIED).astype(int))
    columns = {name: column[places] for name, column in draws.columns.items()}
    few = Draws(columns, draws.choices, {}, len(places))
    with np.errstate(all="ignore"):
        single = stretch(work, few)
    for name in work.outputs:
        ours, theirs = drawn.outputs[name][places], single.outputs[name]
        good = ~(drawn.failed[places] | single.failed)
        if not np.allclose(ours[good], theirs[good], rtol=CLOSE, atol=CLOSE, equal_nan=True):
            raise Invalid(
                f"{work.what_if.where}/{name}",
                "is another figure when all draws are worked out at once.",
                "Declare the model with vectorised=False.",
            )

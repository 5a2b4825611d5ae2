"""A Monte Carlo simulation of a model."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from modelyard.errors import Invalid
from modelyard.scenarios.inputs import Values, plain_values, read_inputs
from modelyard.scenarios.monte_carlo.at_once import all_at_once, may_be_vectorised
from modelyard.scenarios.monte_carlo.distributions import Distribution, parse_distribution
from modelyard.scenarios.monte_carlo.draws import Draws, draw
from modelyard.scenarios.monte_carlo.one_by_one import (
    TRIAL_S,
    WORTH_PROCESSES_S,
    Drawn,
    Work,
    joined,
    rest_of,
    stretch,
)
from modelyard.scenarios.monte_carlo.processes import Effort, in_processes, processors
from modelyard.scenarios.monte_carlo.spread import Spread, spread_of
from modelyard.scenarios.what_if import WhatIf

MOST_DRAWS = 10_000_000
NO_EFFORT = Effort()


@dataclass(frozen=True)
class Experiment:
    """What is drawn, how often, and from which seed."""

    distributions: Mapping[str, Any]
    """By parameter: a distribution, `normal(0.07, 0.01)`, or the same as JSON."""
    draws: int = 10_000
    seed: int = 0


@dataclass(frozen=True)
class Simulation:
    """What a simulation found; equal seeds give equal figures, however many processors work."""

    model: str
    digest: str
    values: Values
    """The values of what was not drawn."""
    distributions: dict[str, Distribution]
    draws: int
    seed: int
    way: str
    """`vectorised`, `one by one`, or `in 2 processes`."""
    failed: int
    fault: str
    """The first fault, where draws failed."""
    redrawn: dict[str, int]
    spreads: dict[str, Spread | None]
    duration_s: float
    inputs: Draws = field(repr=False, compare=False)
    outputs: dict[str, Any] = field(repr=False, compare=False)
    """Every draw of every output, as arrays."""

    def probability(self, output: str, at_most: float) -> float:
        """Give the share of draws in which an output is at most this."""
        values = self.outputs[output]
        present = values[~np.isnan(values)]
        return float((present <= at_most).mean())

    def as_json(self) -> dict[str, Any]:
        """Give figures and settings as JSON values; the single draws are left out."""
        return {
            "model": self.model,
            "digest": self.digest,
            "inputs": plain_values(self.values),
            "distributions": msgspec.to_builtins(self.distributions),
            "draws": self.draws,
            "seed": self.seed,
            "failed": self.failed,
            "fault": self.fault,
            "redrawn": self.redrawn,
            "outputs": msgspec.to_builtins(self.spreads),
        }


def simulate(
    what_if: WhatIf,
    given: Mapping[str, Any],
    experiment: Experiment,
    effort: Effort = NO_EFFORT,
) -> Simulation:
    """Draw parameters, work the model out for each draw, and describe the outputs.

    Raises Invalid where nothing is drawn, a distribution is wrong, or every draw fails.
    """
    began = time.perf_counter()
    asked = _asked(what_if, experiment)
    base = read_inputs(what_if.where, what_if.parameters, given)
    names = tuple(output.name for output in what_if.outputs if output.is_numeric)
    if not names:
        raise Invalid(what_if.where, "has no output that is a number.")
    drawn = draw(what_if, base, asked, experiment.draws, experiment.seed)
    way, results = _work(Work(what_if, base, names), drawn, effort)
    failed = int(results.failed.sum())
    if failed == drawn.count:
        raise Invalid(what_if.where, f"every draw failed. The first: {results.fault}")
    outputs = results.outputs
    if failed:
        outputs = {name: np.where(results.failed, np.nan, outputs[name]) for name in names}
    spreads = {name: spread_of(outputs[name]) for name in names}
    return Simulation(
        what_if.name, what_if.digest, base, asked, drawn.count, experiment.seed, way, failed,
        results.fault, drawn.redrawn, spreads, time.perf_counter() - began, drawn, outputs,
    )  # fmt: skip


def _asked(what_if: WhatIf, experiment: Experiment) -> dict[str, Distribution]:
    if not experiment.distributions:
        raise Invalid(what_if.where, "nothing is drawn.", "Name a distribution of a parameter.")
    if not 1 <= experiment.draws <= MOST_DRAWS:
        why = f"draws must be from 1 to {MOST_DRAWS:,}, not {experiment.draws}."
        raise Invalid(what_if.where, why)
    if experiment.seed < 0:
        raise Invalid(what_if.where, "the seed must not be below 0.")
    asked = {}
    for name, raw in experiment.distributions.items():
        what_if.get_parameter(name)
        asked[name] = parse_distribution(f"{what_if.where}/{name}", raw)
    return asked


def _work(work: Work, draws: Draws, effort: Effort) -> tuple[str, Drawn]:
    if may_be_vectorised(work.what_if, draws):
        drawn = all_at_once(work, draws)
        if drawn is not None:
            return "vectorised", drawn
    count = effort.processes or processors()
    if count == 1 or work.what_if.source is None:
        return "one by one", stretch(work, draws, progress=effort.progress)
    began = time.perf_counter()
    first = stretch(work, draws, TRIAL_S, effort.progress)
    reached = len(first.failed)
    if reached == draws.count:
        return "one by one", first
    left = rest_of(draws, reached, draws.count)
    expected_s = (time.perf_counter() - began) / reached * left.count
    if effort.processes is None and expected_s < WORTH_PROCESSES_S:
        return "one by one", joined([first, stretch(work, left, progress=effort.progress)])
    rest = in_processes(work, left, count, effort, expected_s)
    return f"in {count} processes", joined([first, rest])

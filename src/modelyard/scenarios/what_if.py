"""A what-if model: parameters, outputs, and a calculation that leads from one to the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from modelyard.errors import NotFound
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter

if TYPE_CHECKING:
    from modelyard.scenarios.execute import Answer
    from modelyard.scenarios.goal_seek import Goal
    from modelyard.scenarios.grid import Grid
    from modelyard.scenarios.monte_carlo import Simulation
    from modelyard.scenarios.sensitivity import Tornado


class Calculation(Protocol):
    """Gives the outputs for values of all parameters."""

    def __call__(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Work the outputs out; may raise whatever the author's code raises."""


@dataclass(frozen=True)
class Source:
    """Where a model can be loaded from again, by another process too."""

    folder: Path
    """The workspace."""
    file: str
    """The file's path in the workspace; empty for a model without code."""
    name: str
    settings: str = ""
    """What is set on top, as JSON of a `Spec`; empty for the model as its file has it."""


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """A model whose numbers people may change to see what happens."""

    name: str
    title: str = ""
    description: str = ""
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    calculation: Calculation = field(repr=False, compare=False)
    digest: str = ""
    """The SHA-256 of the code or workbook."""
    source: Source | None = None
    is_vectorised: bool | None = None
    """Whether it takes arrays of draws; None where its author did not say."""
    notes: tuple[str, ...] = ()
    """What its users should know, such as cells that were left out."""
    room: str = "scenarios"
    """Where people find it: `models` for a trained model that is varied."""

    @property
    def where(self) -> str:
        """Name it in messages."""
        return f"{self.room}/{self.name}"

    @property
    def shown_title(self) -> str:
        """What people call it."""
        return self.title or self.name.replace("_", " ").capitalize()

    def get_parameter(self, name: str) -> Parameter:
        """Give a parameter; raises NotFound, naming those there are."""
        found: Parameter = _named(self.where, "parameter", self.parameters, name)
        return found

    def get_output(self, name: str) -> Output:
        """Give an output; raises NotFound, naming those there are."""
        found: Output = _named(self.where, "output", self.outputs, name)
        return found

    def run(self, **values: Any) -> "Answer":
        """Work it out with these values, and defaults for the others."""
        from modelyard.scenarios.execute import execute

        return execute(self, values)

    def sensitivity(self, output: str = "", swing: float = 0.1, **values: Any) -> "Tornado":
        """Tell how far each parameter moves an output."""
        from modelyard.scenarios.sensitivity import tornado

        return tornado(self, values, output=output, swing=swing)

    def grid(self, axes: Mapping[str, Sequence[Any]], **values: Any) -> "Grid":
        """Work it out for every combination of one or two parameters' values."""
        from modelyard.scenarios.grid import make_grid

        return make_grid(self, values, axes)

    def goal_seek(self, output: str, target: Any, by: str, **values: Any) -> "Goal":
        """Find the value of the parameter `by` that brings an output to a target."""
        from modelyard.scenarios.goal_seek import seek

        return seek(self, values, output=output, target=target, by=by)

    def monte_carlo(
        self, distributions: Mapping[str, Any], draws: int = 10_000, seed: int = 0, **values: Any
    ) -> "Simulation":
        """Draw parameters by chance, and tell how the outputs are spread."""
        from modelyard.scenarios.monte_carlo import Experiment, simulate

        return simulate(self, values, Experiment(distributions, draws, seed))


def _named(where: str, noun: str, things: Sequence[Any], name: str) -> Any:
    found = next((thing for thing in things if thing.name == name), None)
    if found is None:
        known = ", ".join(thing.name for thing in things)
        raise NotFound(f"{where}/{name[:60]}", f"is no {noun}.", f"Known: {known}.")
    return found

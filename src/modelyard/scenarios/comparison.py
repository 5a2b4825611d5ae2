"""Scenarios side by side: which inputs differ, and what that does to the outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelyard.errors import Invalid, ModelyardError
from modelyard.progress import Progress, silent
from modelyard.scenarios.execute import Answer, execute
from modelyard.scenarios.values import plain
from modelyard.scenarios.what_if import WhatIf

MOST_WITH_TABLES = 20
"""Scenarios whose tables are kept; of more side by side, nobody looks at every table."""


@dataclass(frozen=True)
class Column:
    """One scenario."""

    name: str
    answer: Answer | None
    fault: str = ""
    """Why it could not be worked out."""


@dataclass(frozen=True)
class Comparison:
    """Any number of scenarios of one model."""

    model: str
    columns: tuple[Column, ...]
    differing: tuple[str, ...]
    """The inputs that are not the same everywhere."""
    outputs: tuple[str, ...]
    """The outputs that are no tables."""

    def differences(self, output: str) -> list[Any]:
        """Give each scenario's figure minus the first one's; None where one is missing."""
        figures = [_figure(column, output) for column in self.columns]
        first = figures[0]
        return [None if None in (first, figure) else figure - first for figure in figures]

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {
            "model": self.model,
            "differing": list(self.differing),
            "outputs": list(self.outputs),
            "scenarios": [
                {"name": column.name, "fault": column.fault}
                | ({} if column.answer is None else column.answer.as_json())
                for column in self.columns
            ],
            "differences": {
                name: plain(self.differences(name))
                for name in self.outputs
                if any(isinstance(_figure(column, name), Numbers) for column in self.columns)
            },
        }


def _numbers() -> tuple[type, ...]:
    from decimal import Decimal

    return (int, float, Decimal)


Numbers = _numbers()


def _figure(column: Column, output: str) -> Any:
    value = None if column.answer is None else column.answer.outputs.get(output)
    return value if isinstance(value, Numbers) else None


def compare(
    what_if: WhatIf,
    scenarios: Sequence[tuple[str, Mapping[str, Any]]],
    progress: Progress = silent,
    may_unlock: bool = False,
) -> Comparison:
    """Work out every scenario (name and values) and put them side by side.

    One that fails says why, and does not keep the others from being compared. Of more than 20 the
    outputs that are tables are left out. Raises Invalid where there is none.
    """
    if not scenarios:
        raise Invalid(what_if.where, "there is no scenario to compare.")
    columns = []
    has_tables = len(scenarios) <= MOST_WITH_TABLES
    for number, (name, given) in enumerate(scenarios):
        progress(number / len(scenarios), f"working out {name}")
        columns.append(_column(what_if, name, given, may_unlock, has_tables))
    values = [plain(column.answer.values) for column in columns if column.answer]
    differing = tuple(
        parameter.name
        for parameter in what_if.parameters
        if any(other[parameter.name] != values[0][parameter.name] for other in values[1:])
    )
    outputs = tuple(output.name for output in what_if.outputs if output.kind != "table")
    return Comparison(what_if.name, tuple(columns), differing, outputs)


def _column(
    what_if: WhatIf, name: str, given: Mapping[str, Any], may_unlock: bool, has_tables: bool
) -> Column:
    try:
        answer = execute(what_if, given, may_unlock=may_unlock, has_tables=has_tables)
    except ModelyardError as fault:
        return Column(name, None, str(fault))
    return Column(name, answer)

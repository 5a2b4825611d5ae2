"""Golden rows asked of a version, row by row, for reading."""

from dataclasses import dataclass
from typing import Any

from modelyard.errors import ModelyardError
from modelyard.models.golden import check_rows
from modelyard.models.version import Golden, Version
from modelyard.web.live import live
from modelyard.web.pages.models.answers import word_of
from modelyard.web.pages.models.questions import written

MOST_CHECKED = 100


@dataclass(frozen=True)
class CheckLine:
    """A golden row in words."""

    number: int
    asked: str
    expected: str
    predicted: str
    holds: bool


@dataclass(frozen=True)
class Checks:
    """What a version predicts for the golden rows."""

    golden: Golden
    lines: tuple[CheckLine, ...]
    """Those that do not hold come first."""
    broken: int
    fault: ModelyardError | None = None
    """Why they could not be asked."""


def checks_of(version: Version) -> Checks | None:
    """Ask a version for the golden rows of its model; None where there are none."""
    registry = live().records.models
    golden = registry.find_golden(version.model)
    if golden is None or version.description is None:
        return None
    try:
        checked = check_rows(registry.predictors.open(version), golden)
    except ModelyardError as fault:
        return Checks(golden, (), 0, fault)
    found = version.description
    lines = [
        CheckLine(
            number,
            input_words(check.input),
            words_of(found, check.expected),
            words_of(found, check.predicted),
            check.holds,
        )
        for number, check in enumerate(checked, start=1)
    ]
    lines.sort(key=lambda line: line.holds)
    broken = sum(not line.holds for line in lines)
    return Checks(golden, tuple(lines[:MOST_CHECKED]), broken)


def input_words(row: Any) -> str:
    """Write the inputs of a row on one line."""
    return ", ".join(
        f"{name} {'null' if value is None else written(value)}" for name, value in row.items()
    )


def words_of(found: Any, value: Any) -> str:
    """Write what is predicted; several values with commas."""
    if isinstance(value, list | tuple):
        return ", ".join(words_of(found, one) for one in value)
    return word_of(found, value)

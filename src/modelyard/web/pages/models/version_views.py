"""A version in words: how it stands, how it is served, and what was found when it was opened."""

from dataclasses import dataclass

from modelyard.models.description import Attempt, Description, Field, Parity
from modelyard.models.version import Model, Version
from modelyard.web.numerals import counted, figure
from modelyard.web.pages.models.questions import written

MOST_CATEGORIES = 12
RUNTIMES = {
    "onnx": "Converted to ONNX: no Python code of the file runs when it answers.",
    "treelite": "Converted to compiled trees: no Python code of the file runs when it answers.",
    "process": "As it is, by its own library, in locked-down processes of its own.",
}
SHORT_RUNTIMES = {"onnx": "ONNX", "treelite": "trees", "process": "own process"}


@dataclass(frozen=True)
class Standing:
    """How a version stands."""

    word: str
    tone: str
    why: str = ""
    cure: str = ""


@dataclass(frozen=True)
class VersionLine:
    """A version as lists show it."""

    version: Version
    standing: Standing
    aliases: tuple[str, ...]
    runtime: str


@dataclass(frozen=True)
class InputLine:
    """One input in words."""

    field: Field
    kind: str
    known: str
    missing: str
    example: str


def line_of(version: Version, model: Model) -> VersionLine:
    """Shape a version for a list."""
    found = version.description
    return VersionLine(
        version,
        standing_of(version, model),
        tuple(one.alias for one in model.aliases if one.number == version.number),
        SHORT_RUNTIMES[found.plan.runtime] if found else "",
    )


def standing_of(version: Version, model: Model) -> Standing:
    """Say whether a version is served, could be, or why it cannot."""
    if version.state == "refused":
        fault = version.fault
        why = fault.why if fault else "nothing of it is known."
        return Standing("refused", "bad", why, fault.cure if fault else "")
    if version.number == model.served:
        return Standing("served", "good")
    if version.held_back:
        return Standing("held back", "busy", f"It breaks golden rows: {version.held_back}.")
    return Standing("ready", "")


def inputs_of(found: Description) -> list[InputLine]:
    """Shape the inputs."""
    return [_input(field, found) for field in found.signature.fields]


def attempt_words(attempt: Attempt) -> str:
    """Say what came of one way of converting."""
    if attempt.why_not:
        return attempt.why_not
    parts = [parity_words(attempt.parity)] if attempt.parity else []
    if attempt.parity_missing:
        parts.append(f"with missing values: {parity_words(attempt.parity_missing)}")
    return "; ".join(parts) or "nothing was compared"


def parity_words(parity: Parity) -> str:
    """Say how a converted model compared with the original."""
    rows = counted(parity.rows, "row")
    if parity.holds:
        return f"the same answers on {rows}, largest difference {figure(parity.largest)}"
    listed = ", ".join(map(str, parity.differing))
    return f"other answers on rows {listed} of {rows}, largest difference {figure(parity.largest)}"


def imports_of(found: Description) -> list[str]:
    """List what the file imports, by full names."""
    return sorted({f"{module}.{name}" for module, name in found.plan.names})


def _input(field: Field, found: Description) -> InputLine:
    kind = "whole number" if field.is_integer else field.kind
    missing = "may be null" if field.is_nullable else "needed"
    if not field.is_used:
        missing = "not used"
    example = found.example.get(field.name)
    return InputLine(field, kind, _known(field), missing, _cell(example))


def _known(field: Field) -> str:
    if field.categories:
        shown = ", ".join(written(one) or "(empty)" for one in field.categories[:MOST_CATEGORIES])
        more = len(field.categories) - MOST_CATEGORIES
        words = f"{shown}{f' and {more} more' if more > 0 else ''}"
        return f"{words} – others are refused" if field.refuses_unknown else words
    if field.low is None and field.high is None:
        return ""
    low = "–∞" if field.low is None else figure(field.low)
    high = "∞" if field.high is None else figure(field.high)
    return f"{low} to {high}"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return figure(value)
    return "null" if value is None else written(value)

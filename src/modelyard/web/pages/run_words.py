"""What was asked of a run, in the few words that a list has room for."""

from collections.abc import Iterator, Mapping
from typing import Any

from modelyard.runs.run import Run
from modelyard.web.numerals import counted

LONGEST_WORDS = 90
LONGEST_FAILURE = 140
LONGEST_VALUE = 40
DEEPEST = 3
MOST_NAMES = 4
UNSAID = frozenset({"dataset", "model", "what_if", "plan", "sha256", "digest", "body", "headers"})
"""Parameters that have a place of their own, or that only programs read."""
USUAL: tuple[object, ...] = (None, "", 0, -1, False, [], {}, "stop")
"""What goes without saying."""


def asked_words(run: Run) -> str:
    """Name the parameters of a run that are not empty and not in its title."""
    parts = []
    for name, value in run.request.items():
        if value in USUAL or name in UNSAID or _is_told(name, value, run):
            continue
        parts.append(_words(name, value))
    return _cut(", ".join(filter(None, parts)), LONGEST_WORDS)


def failure(run: Run) -> str:
    """Say why a run failed: the place inside its dataset, or whatever failed, and the reason."""
    if run.state != "failed" or run.fault is None:
        return ""
    place = run.fault.where.partition(", ")[2] or run.fault.where
    return _cut(f"{place}: {run.fault.why}", LONGEST_FAILURE)


def _is_told(name: str, value: Any, run: Run) -> bool:
    """Tell whether another part says it: the title, or the names of saved scenarios their ids."""
    if isinstance(value, bool):
        return name == "warehouse"
    if name == "saved" and run.request.get("inputs"):
        return True
    return not isinstance(value, list | dict) and str(value) in run.title


def _words(name: str, value: Any) -> str:
    """Write a parameter; a group of values speaks for itself, so its name is left out."""
    if value is True:
        return name.replace("_", " ")
    if isinstance(value, Mapping):
        return ", ".join(_pairs(value))
    if isinstance(value, list):
        return _listed(name, value)
    return f"{name.replace('_', ' ')} {_cut(str(value))}"


def _listed(name: str, values: list[Any]) -> str:
    if not any(isinstance(one, Mapping | list) for one in values):
        return f"{name.replace('_', ' ')} {', '.join(map(str, values))}"
    names = [str(one.get("name") or "") for one in values if isinstance(one, Mapping)]
    if len(names) < len(values) or not all(names):
        return counted(len(values), "set of values", "sets of values")
    more = [f"{len(names) - MOST_NAMES} more"] if len(names) > MOST_NAMES else []
    return ", ".join(names[:MOST_NAMES] + more)


def _pairs(values: Mapping[str, Any], depth: int = 1) -> Iterator[str]:
    for name, value in values.items():
        if value in USUAL[:2] or name in UNSAID or value in ([], {}):
            continue
        if isinstance(value, Mapping):
            inner = ", ".join(_pairs(value, depth + 1)) if depth < DEEPEST else "…"
            yield f"{name} ({inner})"
        elif isinstance(value, list):
            only = (
                value[0] if len(value) == 1 and not isinstance(value[0], Mapping | list) else None
            )
            yield f"{name} {counted(len(value), 'value') if only is None else _cut(str(only))}"
        else:
            yield f"{name} {_cut(str(value).lower() if isinstance(value, bool) else str(value))}"


def _cut(text: str, longest: int = LONGEST_VALUE) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"

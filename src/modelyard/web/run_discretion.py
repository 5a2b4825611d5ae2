"""What somebody unknown is not told of a run: addresses of people, and names of machines."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from modelyard.runs.run import Run
from modelyard.web import guard

NAMES = frozenset({"started_by", "worker", "by"})


def is_told_names() -> bool:
    """Tell whether the one who asks learns who started a run, and where it was done."""
    return guard.asker().kind not in {"anonymous", "visitor"}


def discreet(run: Run) -> Run:
    """Give a run as the one who asks may know it."""
    if is_told_names():
        return run
    passport = None if run.passport is None else without_names(run.passport)
    return replace(run, started_by="", started_by_id="", worker="", passport=passport)


def without_names(content: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an event or a passport says, but who and where."""
    return {name: value for name, value in content.items() if name not in NAMES}

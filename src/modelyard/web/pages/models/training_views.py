"""What runs on models gave, in words: a training with its figures, a scored dataset."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelyard.accounts.resource import Resource
from modelyard.errors import ModelyardError
from modelyard.models.version import Version
from modelyard.web import guard
from modelyard.web.live import live
from modelyard.web.numerals import figure, integer
from modelyard.web.run_rights import get_seen

BY_RUN = re.compile(r"run ([0-9a-zA-Z-]{1,64})")


@dataclass(frozen=True)
class FigureLine:
    """One figure of both versions."""

    name: str
    candidate: str
    champion: str
    better: str
    """Who is better: `candidate`, `champion`, or nobody."""
    is_decisive: bool


@dataclass(frozen=True)
class ShownTraining:
    """A training in words."""

    model: str
    version: int | None
    champion: int | None
    lines: tuple[FigureLine, ...]
    rows: str
    is_promoted: bool
    why: str
    golden_rows: str
    not_compared: str
    """Why the served version could not be compared."""
    may_promote: bool


@dataclass(frozen=True)
class ShownScore:
    """A scored dataset in words."""

    model: str
    version: int
    rows: int
    dataset: str
    without_answer: int
    """Rows that the model did not take."""
    skipped: tuple[tuple[str, str], ...]
    """Parts of the dataset that were left out, each with the reason."""


def shown_training(found: Mapping[str, Any]) -> ShownTraining:
    """Shape the result of a training; raises KeyError for what is none."""
    candidate, champion = found["candidate"], found["champion"] or {}
    rows, golden = found["rows"], str(found.get("golden_rows", ""))
    trained, back = integer(rows["training"]), integer(rows["kept_back"])
    name = str(found["model"])
    return ShownTraining(
        model=name,
        version=found.get("version"),
        champion=champion.get("version"),
        lines=tuple(_lines(candidate["figures"], champion.get("figures", {}), found["metric"])),
        rows=f"{trained} rows, compared on {back} kept back",
        is_promoted=bool(found.get("is_promoted")),
        why=str(found.get("why", "")),
        golden_rows="" if golden == "hold" else golden,
        not_compared=str(champion.get("why", "")),
        may_promote=guard.may("write", Resource("model", name)),
    )


def shown_score(found: Mapping[str, Any]) -> ShownScore:
    """Shape the result of a scored dataset; raises KeyError for what is none."""
    name = str(found["model"])
    return ShownScore(
        model=name,
        version=int(found["version"]),
        rows=int(found["rows"]),
        dataset=str(found["dataset"]),
        without_answer=int(found.get("empty", 0)),
        skipped=tuple((part["part"], part["why"]) for part in found.get("skipped", ())),
    )


def training_run(version: Version) -> str:
    """Give the id of the run that trained a version; empty where a person published it."""
    found = BY_RUN.fullmatch(version.created_by)
    return found[1] if found else ""


def metrics_of(version: Version) -> dict[str, str]:
    """Give the figures of the run that trained a version, where the one who asks may see it."""
    run_id = training_run(version)
    if not run_id:
        return {}
    try:
        get_seen(run_id)
        found = json.loads(live().records.runs.result(run_id))
        figures = found["candidate"]["figures"]
        return {str(name): figure(value) for name, value in figures.items()}
    except (ModelyardError, ValueError, KeyError, TypeError):
        return {}


def _lines(
    candidate: Mapping[str, float], champion: Mapping[str, float], metric: str
) -> list[FigureLine]:
    names = sorted({*candidate, *champion}, key=lambda name: (name != metric, name))
    return [
        FigureLine(
            name,
            figure(candidate.get(name)),
            figure(champion.get(name)),
            _better(name, candidate.get(name), champion.get(name)),
            name == metric,
        )
        for name in names
    ]


def _better(name: str, candidate: float | None, champion: float | None) -> str:
    from modelyard.models.measures import LOWER_IS_BETTER

    if candidate is None or champion is None or candidate == champion:
        return ""
    is_higher = candidate > champion
    return "candidate" if is_higher != (name in LOWER_IS_BETTER) else "champion"

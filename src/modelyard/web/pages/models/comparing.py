"""Two versions beside each other: what they take, how they are served, what they predict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from modelyard.errors import ModelyardError
from modelyard.models.description import Field
from modelyard.models.version import Version
from modelyard.web import guard
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.numerals import size
from modelyard.web.pages.days import instant
from modelyard.web.pages.models.frame import framed
from modelyard.web.pages.models.golden_checks import CheckLine, Checks, checks_of, words_of
from modelyard.web.pages.models.questions import written
from modelyard.web.pages.models.training_views import metrics_of
from modelyard.web.pages.models.version_views import SHORT_RUNTIMES, inputs_of
from modelyard.web.query import Query

MOST_ROWS = 50
ALWAYS_OTHER = frozenset({"size", "published"})
"""What differs between any two, so that it tells nothing."""
blueprint = Blueprint("model_page_comparing", __name__)


@dataclass(frozen=True)
class Pair:
    """One thing that is said of both versions."""

    name: str
    one: str
    other: str

    @property
    def is_same(self) -> bool:
        """Whether both say the same."""
        return self.one == self.other or self.name in ALWAYS_OTHER


@blueprint.get("/models/<name>/compare")
@guarded("read", "model")
def compare(name: str) -> Response:
    """Show two versions beside each other."""
    query = Query(request.args, "one", "other")
    registry = live().records.models
    opened = [one for one in registry.list_versions(name) if one.state == "opened"]
    try:
        one, other = (_chosen(name, query.text(key), opened, key) for key in ("one", "other"))
    except ModelyardError as fault:
        return framed("models/compare.html", name, "versions", fault, opened=opened)
    if one is None or other is None:
        return framed("models/compare.html", name, "versions", opened=opened)
    return framed(
        "models/compare.html",
        name,
        "versions",
        opened=opened,
        one=one,
        other=other,
        facts=facts_of(one, other),
        inputs=input_pairs(one, other),
        metrics=metric_pairs(one, other),
        golden=golden_pairs(checks_of(one), checks_of(other)),
        example=example_pairs(one, other),
    )


def facts_of(one: Version, other: Version) -> list[Pair]:
    """Say what both are."""
    return _pairs(_facts(one), _facts(other))


def input_pairs(one: Version, other: Version) -> list[Pair]:
    """Say of each input what both take; what both take alike is left out."""
    pairs = _pairs(_inputs(one), _inputs(other))
    return [pair for pair in pairs if not pair.is_same]


def metric_pairs(one: Version, other: Version) -> list[Pair]:
    """Give the metrics of the runs that trained them."""
    return _pairs(metrics_of(one), metrics_of(other))


def golden_pairs(one: Checks | None, other: Checks | None) -> list[tuple[CheckLine, CheckLine]]:
    """Give the golden rows as both answer them; none where one of them cannot be asked."""
    if one is None or other is None or one.fault or other.fault:
        return []
    lines = {line.number: line for line in other.lines}
    pairs = [(line, lines[line.number]) for line in one.lines if line.number in lines]
    pairs.sort(key=lambda pair: (pair[0].predicted == pair[1].predicted, pair[0].number))
    return pairs[:MOST_ROWS]


def example_pairs(one: Version, other: Version) -> Pair | None:
    """Ask both for the example of the second; None where it has none."""
    if other.description is None or not other.description.example:
        return None
    record = other.description.example
    return Pair("the example", _predicted(one, record), _predicted(other, record))


def _predicted(version: Version, record: Mapping[str, Any]) -> str:
    try:
        predictor = live().records.models.predictors.open(version)
        found = predictor.predict_records(dict(record), probabilities=False)
    except ModelyardError as fault:
        return f"{fault.where} {fault.why}"
    return words_of(version.description, found.predictions[0])


def _chosen(name: str, text: str, opened: list[Version], key: str) -> Version | None:
    """Give the version that is asked for: by default the two newest that could be opened."""
    if text:
        return live().records.models.get_version(name, text)
    if len(opened) < 2:
        return None
    return opened[1] if key == "one" else opened[0]


def _facts(version: Version) -> dict[str, str]:
    found = version.description
    by = f" by {version.created_by}" if guard.asker().is_signed_in else ""
    known = {
        "file": version.file_name,
        "size": size(version.bytes),
        "published": instant(version.created_at) + by,
        "note": version.note,
    }
    if found is None:
        return known
    return known | {
        "task": found.task,
        "steps": " → ".join(found.steps) or found.estimator,
        "gives": ", ".join(found.outputs),
        "classes": "; ".join(", ".join(map(written, one)) for one in found.classes)[:400],
        "served by": SHORT_RUNTIMES[found.plan.runtime],
        "written by": ", ".join(f"{what} {which}" for what, which in found.written_by.items()),
    }


def _inputs(version: Version) -> dict[str, str]:
    if version.description is None:
        return {}
    lines = inputs_of(version.description)
    return {
        line.field.name: _words(line.field, line.kind, line.known, line.missing) for line in lines
    }


def _words(field: Field, kind: str, known: str, missing: str) -> str:
    return ", ".join(part for part in (f"{kind} {field.unit}".strip(), known, missing) if part)


def _pairs(one: Mapping[str, str], other: Mapping[str, str]) -> list[Pair]:
    names = [*one, *(name for name in other if name not in one)]
    pairs = [Pair(name, one.get(name, "–"), other.get(name, "–")) for name in names]
    return [pair for pair in pairs if (pair.one, pair.other) != ("", "")]

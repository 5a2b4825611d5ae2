"""The versions of a model, and the page of each."""

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.errors import ModelyardError
from modelyard.models.naming import ENDINGS
from modelyard.models.version import CHAMPION, Move, Version
from modelyard.web import guard
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.pages.models.frame import framed
from modelyard.web.pages.models.golden_checks import checks_of
from modelyard.web.pages.models.training_views import metrics_of, training_run
from modelyard.web.pages.models.version_views import (
    RUNTIMES,
    attempt_words,
    imports_of,
    inputs_of,
    line_of,
    standing_of,
)
from modelyard.web.query import Query

ON_PAGE = 50
MOST_INPUTS = 200
NOTES = {
    "published": "The version is published.",
    "again": "This content was published before; it is the same version.",
    "refused": "The file is kept as a version that is served to nobody: it was refused.",
    "held": "The version is kept and held back: it breaks golden rows.",
    "moved": "The name points to it, for everybody, from now on.",
    "back": "The name points to the version before it again.",
    "dropped": "The name points to nothing any more.",
    "deleted": "The version is removed.",
}
blueprint = Blueprint("model_page_versions", __name__)


@blueprint.get("/models/<name>/versions")
@guarded("read", "model")
def list_versions(name: str) -> Response:
    """List the versions, and how the champion moved."""
    query = Query(request.args, "done", "before")
    before = query.integer("before", 0, 0, 10**9)
    return versions(name, note=NOTES.get(query.text("done"), ""), before=before)


@blueprint.get("/models/<name>/versions/<number>")
@guarded("read", "model")
def show_version(name: str, number: str) -> Response:
    """Show a version."""
    query = Query(request.args, "done")
    return version_page(name, number, note=NOTES.get(query.text("done"), ""))


def versions(
    name: str, fault: ModelyardError | None = None, note: str = "", before: int = 0
) -> Response:
    """Show the versions, with what was wrong with what was asked."""
    registry = live().records.models
    model = registry.get_model(name)
    known = registry.list_versions(name)
    listed = [one for one in known if not before or one.number < before]
    has_more = len(listed) > ON_PAGE
    return framed(
        "models/versions.html",
        name,
        "versions",
        fault,
        lines=[line_of(one, model) for one in listed[:ON_PAGE]],
        next=listed[ON_PAGE - 1].number if has_more else 0,
        count=len(known),
        moves=registry.list_moves(name)[:10],
        back=rollback_target(name, known),
        champion=model.find_alias(CHAMPION),
        endings=ENDINGS,
        note=note,
    )


def version_page(
    name: str, selector: str, fault: ModelyardError | None = None, note: str = ""
) -> Response:
    """Show a version, with what was wrong with what was asked of it."""
    registry = live().records.models
    model = registry.get_model(name)
    version = registry.get_version(name, selector)
    found = version.description
    inputs = inputs_of(found) if found else []
    return framed(
        "models/version.html",
        name,
        "versions",
        fault,
        chosen=version,
        found=found,
        line=line_of(version, model),
        standing=standing_of(version, model),
        inputs=inputs[:MOST_INPUTS],
        input_count=len(inputs),
        runtime=RUNTIMES[found.plan.runtime] if found else "",
        attempts=[(one.way, attempt_words(one)) for one in found.attempts] if found else [],
        imports=imports_of(found) if found else [],
        trained_by=training_run(version),
        metrics=metrics_of(version),
        pointed={one.alias: one.number for one in model.aliases},
        trust=guard.why("admin", Resource("service", "")),
        checks=checks_of(version) if fault is not None or version.held_back else None,
        compared_with=_other(model.served, version),
        note=note,
    )


def rollback_target(name: str, known: list[Version]) -> int | None:
    """Give the version that a rollback of the champion would most likely lead to."""
    registry = live().records.models
    model = registry.get_model(name)
    now = model.served
    there = {one.number for one in known if one.state == "opened"}
    moves = [move for move in registry.list_moves(name) if move.number == now]
    older = [one.number for one in known if now is not None and one.number < now]
    return next((n for n in (*_before(moves), *older) if n in there), None)


def _before(moves: list[Move]) -> list[int]:
    return [move.number_before for move in moves if move.number_before is not None]


def _other(served: int | None, version: Version) -> int | None:
    """Give the version to compare with: the served one, or the one before it."""
    if served is not None and served != version.number:
        return served
    return version.number - 1 if version.number > 1 else None

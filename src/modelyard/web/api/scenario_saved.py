"""Saved scenarios and kept figures over REST."""

from flask import Blueprint, Response, request

from modelyard.errors import Invalid, NotFound
from modelyard.scenarios.record import Figure, Saved
from modelyard.web import guard
from modelyard.web.body import json_object
from modelyard.web.needs import guarded
from modelyard.web.query import Query
from modelyard.web.replies import unkept
from modelyard.web.what_if import bodies
from modelyard.web.what_if.documents import ROOT, figure_json, saved_json
from modelyard.web.what_if.offered import get_offered, what_ifs

MOST_LISTED = 1_000
blueprint = Blueprint("scenario_saved", __name__, url_prefix=ROOT)


@blueprint.get("/<name>/saved")
@guarded("read", "scenario")
def list_saved(name: str) -> Response:
    """List the saved scenarios of a model that you may see, the latest changed first."""
    limit = Query(request.args, "limit").integer("limit", 100, 1, MOST_LISTED)
    get_offered(name)
    found = what_ifs().saved.list_of(name, by=guard.asker())
    return unkept({"count": len(found), "saved": [described(one) for one in found[:limit]]})


@blueprint.post("/<name>/saved")
@guarded("write", "scenario")
def save(name: str) -> Response:
    """Save values of open parameters under a name."""
    Query(request.args)
    get_offered(name)
    body = json_object("name", "inputs", "note", "as_of", "level", "people")
    saved = what_ifs().saved.save(
        name, bodies.text(body, "name"), bodies.values(body, "inputs"),
        note=bodies.text(body, "note"), as_of=bodies.day(body),
        level=bodies.level(body) or "private", people=bodies.texts(body, "people"),
        by=guard.asker(),
    )  # fmt: skip
    answer = unkept(described(saved), 201)
    answer.headers["Location"] = f"{ROOT}/{name}/saved/{saved.id}"
    return answer


@blueprint.get("/<name>/saved/<saved_id>")
@guarded("read", "scenario")
def get_saved(name: str, saved_id: str) -> Response:
    """Give one."""
    Query(request.args)
    return unkept(described(found(name, saved_id)))


@blueprint.patch("/<name>/saved/<saved_id>")
@guarded("write", "scenario")
def change_saved(name: str, saved_id: str) -> Response:
    """Save it anew, from the revision that you have seen."""
    saved = found(name, saved_id)
    body = json_object("made_from", "name", "inputs", "note", "as_of")
    changed = what_ifs().saved.change(
        saved.id,
        made_from=bodies.number(body, "made_from"),
        name=bodies.text(body, "name") if "name" in body else None,
        inputs=bodies.values(body, "inputs") if "inputs" in body else None,
        note=bodies.text(body, "note") if "note" in body else None,
        as_of=bodies.day(body),
        by=guard.asker(),
    )
    return unkept(described(changed))


@blueprint.delete("/<name>/saved/<saved_id>")
@guarded("write", "scenario")
def delete_saved(name: str, saved_id: str) -> Response:
    """Remove it, with its figures, for good."""
    what_ifs().saved.delete(found(name, saved_id).id, by=guard.asker())
    return Response(status=204)


@blueprint.put("/<name>/saved/<saved_id>/access")
@guarded("write", "scenario")
def share_saved(name: str, saved_id: str) -> Response:
    """Say who may see it."""
    saved = found(name, saved_id)
    body = json_object("level", "people")
    level = bodies.level(body)
    if level is None:
        raise Invalid("body, 'level'", "is missing.")
    what_ifs().saved.share(saved.id, level, bodies.texts(body, "people"), by=guard.asker())
    return unkept(described(saved))


@blueprint.post("/<name>/saved/<saved_id>/figures")
@guarded("write", "scenario")
def keep_figures(name: str, saved_id: str) -> Response:
    """Work it out with the model as it is now, and keep the figures."""
    figure = what_ifs().saved.work_out(found(name, saved_id).id, by=guard.asker())
    answer = unkept(figure_json(figure), 201)
    answer.headers["Location"] = f"{ROOT}/{name}/figures/{figure.id}"
    return answer


@blueprint.get("/<name>/figures")
@guarded("read", "scenario")
def list_figures(name: str) -> Response:
    """List kept figures of a model, or of one saved scenario, the newest first."""
    query = Query(request.args, "saved", "limit")
    limit = query.integer("limit", 100, 1, MOST_LISTED)
    get_offered(name)
    kept = what_ifs().figures.list_of(model=name, saved=query.text("saved"), by=guard.asker())
    return unkept({"figures": [figure_json(one, has_answer=False) for one in kept[:limit]]})


@blueprint.get("/<name>/figures/<figure_id>")
@guarded("read", "scenario")
def get_figure(name: str, figure_id: str) -> Response:
    """Give kept figures with their passport."""
    Query(request.args)
    return unkept(figure_json(kept_figure(name, figure_id)))


@blueprint.post("/<name>/figures/<figure_id>/replay")
@guarded("read", "scenario")
def replay(name: str, figure_id: str) -> Response:
    """Work kept figures out again: identical, or the first difference."""
    figure = kept_figure(name, figure_id)
    return unkept(what_ifs().figures.replay(figure.id, by=guard.asker()))


def kept_figure(name: str, figure_id: str) -> Figure:
    """Give kept figures of this model; raises NotFound."""
    get_offered(name)
    figure = what_ifs().figures.get(figure_id, by=guard.asker())
    if figure.model != name:
        raise NotFound("figures", "are not here.")
    return figure


def found(name: str, saved_id: str) -> Saved:
    """Give a saved scenario of this model; raises NotFound."""
    get_offered(name)
    saved = what_ifs().saved.get(saved_id, by=guard.asker())
    if saved.model != name:
        raise NotFound("saved scenario", "is not here.")
    return saved


def described(saved: Saved) -> dict[str, object]:
    """Give a saved scenario as JSON values, to the one who asks."""
    shelf = what_ifs().saved
    return saved_json(saved, shelf.visibility_of(saved), shelf.may_change(saved, by=guard.asker()))

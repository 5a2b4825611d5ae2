"""What-if models over REST: listed, described, made, worked out."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.errors import LONGEST_ECHO, Invalid
from modelyard.scenarios.offered import Offered
from modelyard.web import guard
from modelyard.web.body import json_object
from modelyard.web.needs import for_readers, guarded
from modelyard.web.query import Query
from modelyard.web.replies import hashed, unkept
from modelyard.web.run_answers import short
from modelyard.web.run_lists import seen_runs
from modelyard.web.what_if import bodies
from modelyard.web.what_if.contents import content_from_json
from modelyard.web.what_if.documents import ROOT, model_json, model_line, version_json
from modelyard.web.what_if.files import FORMS, file_answer
from modelyard.web.what_if.offered import KIND, get_offered, get_usable, seen_models, what_ifs
from modelyard.web.what_if.rights import level_of_new, require_create
from modelyard.web.what_if.state import given_of, model_asked

OWN = ("version", "as_of")
MOST_RUNS = 50
blueprint = Blueprint("scenarios", __name__, url_prefix=ROOT)


@blueprint.get("")
@for_readers
def list_models() -> Response:
    """List the what-if models."""
    Query(request.args)
    return hashed({"models": [model_line(one) for one in seen_models()]})


@blueprint.post("")
@guarded("write")
def create_model() -> Response:
    """Make a model of parameters and formulas, or on top of a model of the folder."""
    Query(request.args)
    body = json_object("name", "content", "why", "level", "people")
    name = bodies.text(body, "name")
    content = content_from_json(body.get("content", {}))
    require_create(name, content.based_on)
    made = what_ifs().versions.create(
        name, content, why=bodies.text(body, "why"), level=level_of_new(bodies.level(body)),
        people=bodies.texts(body, "people"), by=guard.asker(),
    )  # fmt: skip
    answer = unkept(version_json(made), 201)
    answer.headers["Location"] = f"{ROOT}/{name}"
    return answer


@blueprint.get("/<name>")
@guarded("read", "scenario")
def get_model(name: str) -> Response:
    """Describe a model: its parameters and outputs."""
    return hashed(model_json(asked_model(name)))


@blueprint.delete("/<name>")
@guarded("admin", "scenario")
def delete_model(name: str) -> Response:
    """Remove the record of a model; a file in the folder stays."""
    Query(request.args)
    get_offered(name)
    what_ifs().versions.delete(name, by=guard.asker())
    return Response(status=204)


@blueprint.get("/<name>/parameters")
@guarded("read", "scenario")
def list_parameters(name: str) -> Response:
    """List the parameters of a model, with their values of a day."""
    offered = asked_model(name)
    content = model_json(offered)
    kept = ("name", "version", "as_of", "digest", "parameters")
    return hashed({key: content[key] for key in kept})


@blueprint.get("/<name>/run")
@guarded("read", "scenario")
def run_by_address(name: str) -> Response:
    """Work a model out with the values of the address: as JSON, or as a file."""
    version, as_of = model_asked(request.args)
    offered = get_usable(name, version, as_of)
    given = given_of(offered.definition, request.args)
    asked: dict[str, Any] = {"version": version, "as_of": as_of}
    form = request.args.get("_format", "json")
    if form not in {"json", *FORMS}:
        known = ", ".join(("json", *FORMS))
        why = f"'{form[:LONGEST_ECHO]}' is not known."
        raise Invalid("parameter '_format'", why, f"Known: {known}.")
    if form == "json":
        return unkept(what_ifs().run(name, given, **asked))
    output = request.args.get("_output", "")
    return file_answer(name, form, given, output=output, **asked)


@blueprint.post("/<name>/run")
@guarded("read", "scenario")
def run(name: str) -> Response:
    """Work a model out."""
    given, asked, _ = inputs_of(name)
    return unkept(what_ifs().run(name, given, **asked))


@blueprint.post("/<name>/check")
@guarded("read", "scenario")
def check(name: str) -> Response:
    """Say what is wrong with each value, without working the model out."""
    given, asked, _ = inputs_of(name)
    return unkept({"faults": what_ifs().faults_of(name, given, **asked)})


@blueprint.get("/<name>/runs")
@guarded("read", "scenario")
def list_runs(name: str) -> Response:
    """List the latest runs about a model."""
    Query(request.args)
    get_offered(name)
    page = seen_runs({"resource": (KIND, name)}, MOST_RUNS, "")
    return hashed({"runs": [short(one) for one in page.runs]})


def inputs_of(name: str, *more: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Read the inputs, which version and day is meant, and the whole body.

    Raises the fault of a model that cannot be used, and NotFound.
    """
    Query(request.args)
    body = json_object("inputs", "version", "as_of", *more)
    given, asked = bodies.values(body, "inputs"), bodies.meant(body)
    get_usable(name, asked["version"], asked["as_of"])
    return given, asked, body


def asked_model(name: str) -> Offered:
    """Give the model that the query of the address means."""
    query = Query(request.args, *OWN)
    asked = {key: query.text(key) or None for key in OWN}
    day = bodies.day(asked)
    return get_offered(name, query.integer("version", 0, 0, bodies.MOST_NUMBER), day)


def resource_of(name: str) -> Resource:
    """Name a model, for the decision who may what."""
    return Resource(KIND, name)

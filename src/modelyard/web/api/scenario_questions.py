"""What-if models over REST: compared, varied, searched, drawn by chance; inputs from Excel."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.errors import Invalid
from modelyard.web import guard
from modelyard.web.api.scenarios import inputs_of
from modelyard.web.body import json_object
from modelyard.web.needs import guarded
from modelyard.web.query import Query
from modelyard.web.replies import unkept
from modelyard.web.what_if import bodies
from modelyard.web.what_if.documents import ROOT
from modelyard.web.what_if.offered import get_usable, what_ifs
from modelyard.web.what_if.rights import require_draws

MOST_COMPARED = 1_000
LARGEST_SEED = 2**31 - 1
blueprint = Blueprint("scenario_questions", __name__, url_prefix=ROOT)


@blueprint.post("/<name>/compare")
@guarded("read", "scenario")
def compare(name: str) -> Response:
    """Put scenarios side by side: values with names, or saved ones by their ids."""
    Query(request.args)
    body = json_object("scenarios", "saved", "version", "as_of")
    asked = bodies.meant(body)
    get_usable(name, asked["version"], asked["as_of"])
    ids = bodies.texts(body, "saved")
    if ids and body.get("scenarios"):
        raise Invalid("body", "has scenarios and saved ones at once.", "Choose one.")
    if len(ids) > MOST_COMPARED:
        raise Invalid("body, 'saved'", f"has more than {MOST_COMPARED:,}.")
    if ids:
        for one in ids:
            if what_ifs().saved.get(one, by=guard.asker()).model != name:
                raise Invalid("body, 'saved'", f"{one[:40]} is of another model.")
        return unkept(what_ifs().compare_saved(ids, by=guard.asker()))
    return unkept(what_ifs().compare(name, pairs_of(body), **asked))


@blueprint.post("/<name>/sensitivity")
@guarded("read", "scenario")
def sensitivity(name: str) -> Response:
    """Tell how far each parameter moves an output."""
    given, asked, body = inputs_of(name, "output", "swing")
    swing = body.get("swing", 0.1)
    if isinstance(swing, bool) or not isinstance(swing, int | float | str):
        raise Invalid("body, 'swing'", "is no share, such as 0.1 or '10%'.")
    output = bodies.text(body, "output")
    return unkept(what_ifs().sensitivity(name, given, output=output, swing=swing, **asked))


@blueprint.post("/<name>/grid")
@guarded("read", "scenario")
def grid(name: str) -> Response:
    """Work a model out for all combinations of one or two parameters' values."""
    given, asked, body = inputs_of(name, "axes")
    axes = bodies.values(body, "axes")
    for axis, values in axes.items():
        if not isinstance(values, str | list):
            raise Invalid(f"body, 'axes.{axis[:60]}'", "is neither a list nor a range as a text.")
    return unkept(what_ifs().grid(name, given, axes, **asked))


@blueprint.post("/<name>/goal-seek")
@guarded("read", "scenario")
def goal_seek(name: str) -> Response:
    """Find the value of a parameter that brings an output to a target."""
    given, asked, body = inputs_of(name, "output", "target", "by")
    for member in ("output", "target", "by"):
        if body.get(member) in {None, ""}:
            raise Invalid(f"body, '{member}'", "is missing.")
    target = body["target"]
    if isinstance(target, bool) or not isinstance(target, int | float | str):
        raise Invalid("body, 'target'", "is no number.")
    found = what_ifs().goal_seek(
        name, given, output=bodies.text(body, "output"), target=target,
        by=bodies.text(body, "by"), **asked,
    )  # fmt: skip
    return unkept(found)


@blueprint.post("/<name>/montecarlo")
@guarded("read", "scenario")
def monte_carlo(name: str) -> Response:
    """Draw parameters by chance, and tell how the outputs are spread."""
    given, asked, body = inputs_of(name, "distributions", "draws", "seed")
    seed = bodies.number(body, "seed", 0)
    if seed > LARGEST_SEED:
        raise Invalid("body, 'seed'", f"is above {LARGEST_SEED}.")
    draws = bodies.number(body, "draws", 10_000)
    require_draws(draws)
    found = what_ifs().monte_carlo(
        name, given, bodies.values(body, "distributions"),
        draws=draws, seed=seed, **asked,
    )  # fmt: skip
    return unkept(found)


@blueprint.post("/<name>/inputs")
@guarded("read", "scenario")
def read_inputs(name: str) -> Response:
    """Read the inputs of an Excel file that was filled in: the file is the body."""
    Query(request.args)
    get_usable(name)
    content = request.get_data(cache=False)
    if not content:
        raise Invalid("body", "is empty.", "Send the .xlsx file as the body.")
    return unkept({"inputs": what_ifs().read_excel(name, content)})


def pairs_of(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Read scenarios: each with a name and inputs; raises Invalid."""
    given = body.get("scenarios")
    if not isinstance(given, list) or not given:
        raise Invalid("body, 'scenarios'", "is no list of scenarios with a name and inputs.")
    if len(given) > MOST_COMPARED:
        raise Invalid("body, 'scenarios'", f"has more than {MOST_COMPARED:,}.")
    pairs = []
    for place, one in enumerate(given):
        if not isinstance(one, dict) or set(one) - {"name", "inputs"}:
            raise Invalid(f"body, 'scenarios[{place}]'", "has other members than name and inputs.")
        pairs.append((bodies.text(one, "name", str(place + 1)), bodies.values(one, "inputs")))
    return pairs

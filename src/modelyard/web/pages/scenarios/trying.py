"""The list of what-if models, and the page where one is tried: a form and what comes of it."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.errors import ModelyardError
from modelyard.scenarios.offered import Offered
from modelyard.web import guard
from modelyard.web.needs import for_readers, guarded
from modelyard.web.pages.page import page
from modelyard.web.pages.scenarios.frame import Asked, asked_for, framed
from modelyard.web.query import Query
from modelyard.web.what_if.fields import fields_of, grouped
from modelyard.web.what_if.offered import saved_of, seen_models, tried, what_ifs
from modelyard.web.what_if.outputs import figures_of, tables_of
from modelyard.web.what_if.overruled import overruled_words

LATEST = 5
ON_MODEL = 12
blueprint = Blueprint("scenario_pages", __name__)


@blueprint.get("/scenarios")
@for_readers
def list_models() -> Response:
    """List the what-if models, each with the scenarios that were saved last."""
    query = Query(request.args, "find")
    find = query.text("find").strip().lower()
    found = [one for one in seen_models() if find in f"{one.name} {one.title}".lower()]
    models = [described(one) for one in found]
    saved = saved_of("")
    of_model = {one.name: [each for each in saved if each.model == one.name] for one in models}
    return page(
        "scenarios/list.html",
        models=models,
        find=query.text("find"),
        saved={name: some[:LATEST] for name, some in of_model.items()},
        counts={name: len(some) for name, some in of_model.items()},
        may_write="write" in guard.asker().scopes and guard.asker().only is None,
    )


@blueprint.get("/scenarios/<name>")
@guarded("read", "scenario")
def show(name: str) -> Response:
    """Show the form of a model, filled in as the address says, and what comes of it."""
    return model_page(asked_for(name))


def described(one: Offered) -> Offered:
    """Give a managed model with its definition, which lists leave out; a faulty one as it is."""
    if one.definition or one.fault is not None:
        return one
    try:
        return what_ifs().get_model(one.name)
    except ModelyardError:
        return one


def model_page(asked: Asked, **context: Any) -> Response:
    """Show a model with a form that was filled in; `overruled` are saved values that do not count.

    A fault in `context` is shown where its template says, and decides the status.
    """
    if asked.offered.fault is not None:
        return framed(asked, "model", "scenarios/model.html")
    overruled = context.pop("overruled", {})
    found = tried(asked.offered, asked.state)
    answer = found.answer or {"inputs": {}, "outputs": {}}
    fields = fields_of(asked.definition, asked.state.given, answer["inputs"], found.faults)
    known = {one.name for one in fields}
    context = {
        "groups": grouped(fields),
        "strangers": [fault for name, fault in found.faults.items() if name not in known],
        "answer": found.answer,
        "figures": figures_of(asked.definition, answer["outputs"]) if found.answer else [],
        "tables": tables_of(asked.definition, answer["outputs"]) if found.answer else [],
        "fault_of_model": found.fault,
        "count_of_faults": len(found.faults),
        "saved": saved_of(asked.offered.name)[:ON_MODEL],
        "overruled": overruled_words(asked.definition, overruled, answer["inputs"]),
        "form_action": f"/scenarios/{asked.offered.name}",
    } | context
    told = next((one for one in context.values() if isinstance(one, ModelyardError)), None)
    return framed(asked, "model", "scenarios/model.html", told or found.worst, **context)

"""What if, on a trained model: its inputs moved, and how far each one moves the prediction."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.errors import Denied, ModelyardError
from modelyard.runs.fault import Fault
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.pages.models.frame import framed, require_asking
from modelyard.web.pages.scenarios.frame import numeric
from modelyard.web.pages.scenarios.variations import bars_of, item_of
from modelyard.web.what_if.fields import fields_of, grouped
from modelyard.web.what_if.outputs import figures_of
from modelyard.web.what_if.state import State, query_of, state_of
from modelyard.web.what_if.written import written

SWING = "10%"
blueprint = Blueprint("scenario_trained_pages", __name__)


@blueprint.get("/models/<name>/what-if")
@guarded("read", "model")
def what_if(name: str) -> Response:
    """Show the inputs of a trained model, its prediction, and a tornado."""
    try:
        definition = live().records.varied.get_model(name).definition
    except ModelyardError as fault:
        return framed("models/what_if.html", name, "what-if", fault)
    state = state_of(definition, request.args)
    context: dict[str, Any] = {"swing": request.args.get("_swing", SWING)[:20]}
    context |= {"definition": definition, "outputs": numeric(definition, "outputs")}
    names = [item["name"] for item in context["outputs"]]
    wanted = request.args.get("_output", "")
    context["output_name"] = wanted if wanted in names else next(iter(names), "")
    context |= predicted(name, definition, state)
    worst = context["prediction_fault"]
    if context["figures"] and context["output_name"]:
        context |= tornado(name, definition, state, context)
        worst = context.get("tornado_fault")
    return framed("models/what_if.html", name, "what-if", worst, **context)


def predicted(name: str, definition: dict[str, Any], state: State) -> dict[str, Any]:
    """Ask for the prediction; faults of values are told at their fields.

    Who may not ask sees the form, and is refused what they ask of it.
    """
    varied = live().records.varied
    answer: dict[str, Any] = {"inputs": {}, "outputs": {}}
    faults: dict[str, ModelyardError] = {}
    wrong: ModelyardError | None = None
    try:
        require_asking(name)
        answer = varied.run(name, state.given)
    except Denied as fault:
        wrong = fault if request.args else None
    except ModelyardError as fault:
        wrong = fault
        for field, told in varied.faults_of(name, state.given).items():
            faults[field] = Fault(**told).to_error()
    fields = fields_of(definition, state.given, answer["inputs"], faults)
    known = {one.name for one in fields}
    return {
        "groups": grouped(fields),
        "strangers": [fault for field, fault in faults.items() if field not in known],
        "figures": figures_of(definition, answer["outputs"]) if answer["outputs"] else [],
        "prediction_fault": wrong,
        "is_told_at_fields": bool(faults),
        "link": f"/models/{name}/what-if?{query_of(state.pairs(definition))}",
    }


def tornado(
    name: str, definition: dict[str, Any], state: State, context: dict[str, Any]
) -> dict[str, Any]:
    """Move each input, and shape what that does to an output."""
    try:
        found = live().records.varied.sensitivity(
            name, state.given, output=context["output_name"], swing=context["swing"] or SWING
        )
    except ModelyardError as fault:
        return {"tornado_fault": fault}
    output = item_of(definition, "outputs", found["output"])
    return {
        "bars": bars_of(definition, found),
        "found": found,
        "output": output,
        "middle": written(output, found["middle"]),
    }

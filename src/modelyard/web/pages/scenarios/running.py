"""Runs of a what-if model: scenarios worked out in bulk, chance at length, the warehouse."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.errors import Invalid, ModelyardError
from modelyard.web import guard
from modelyard.web.api.runs import submit
from modelyard.web.needs import guarded
from modelyard.web.pages.page import led_to
from modelyard.web.pages.run_views import line_of
from modelyard.web.pages.scenarios.chance import DRAW, MOST_DRAWS, simulation_page, whole
from modelyard.web.pages.scenarios.frame import Asked, asked_for, framed
from modelyard.web.run_lists import seen_runs
from modelyard.web.what_if.offered import KIND, get_usable, saved_of
from modelyard.web.what_if.state import State, state_of

OF_MODEL = 30
MOST_SAVED = 1_000
DRAWS = 100_000
LARGEST_SEED = 2**31 - 1
blueprint = Blueprint("scenario_running_pages", __name__)


@blueprint.get("/scenarios/<name>/runs")
@guarded("read", "scenario")
def runs(name: str) -> Response:
    """List the latest runs about a model, and offer to start one."""
    return runs_page(asked_for(name))


@blueprint.post("/scenarios/<name>/runs")
@guarded("run", "scenario")
def start(name: str) -> Response:
    """Have scenarios worked out by a worker, and their outputs written to the warehouse."""
    asked = sent(name)
    ids = request.form.getlist("id")
    if request.form.get("_all"):
        ids = [one.id for one in saved_of(name)[:MOST_SAVED]]
    wanted: dict[str, Any] = {"what_if": name, **meant(asked)}
    wanted["warehouse"] = request.form.get("_warehouse", "1") == "1"
    if ids:
        wanted["saved"] = ids
    elif asked.state.given:
        title = request.form.get("_title", "").strip() or "Values of the form"
        wanted["inputs"] = [{"name": title[:200], "inputs": asked.state.given}]
    try:
        run, _ = submit("scenario", wanted, key())
    except ModelyardError as fault:
        return runs_page(Asked(asked.offered, State({})), fault)
    return led_to(f"/runs/{run.id}")


@blueprint.post("/scenarios/<name>/montecarlo")
@guarded("run", "scenario")
def start_chance(name: str) -> Response:
    """Have parameters drawn by a worker, as often as it takes."""
    asked = sent(name)
    drawn = {
        field.removeprefix(DRAW): text.strip()
        for field, text in request.form.items()
        if field.startswith(DRAW) and text.strip()
    }
    try:
        if not drawn:
            raise Invalid("form", "nothing is drawn.", "Write a distribution beside a parameter.")
        wanted = {
            "what_if": name,
            "distributions": drawn,
            "inputs": asked.state.given,
            "draws": whole("_draws", DRAWS, 1, MOST_DRAWS, request.form),
            "seed": whole("_seed", 0, 0, LARGEST_SEED, request.form),
            **meant(asked),
        }
        run, _ = submit("montecarlo", wanted, key())
    except ModelyardError as fault:
        return simulation_page(asked, request.form, fault)
    return led_to(f"/runs/{run.id}")


def runs_page(asked: Asked, fault: ModelyardError | None = None) -> Response:
    """Show the runs, with what is wrong with what was asked for."""
    found = seen_runs({"resource": (KIND, asked.offered.name)}, OF_MODEL, "")
    lines = [line_of(run) for run in found.runs]
    saved = saved_of(asked.offered.name)
    return framed(
        asked, "runs", "scenarios/runs.html", fault,
        lines=lines, saved=saved[:200], count_of_saved=len(saved),
        is_busy=any(not line.run.is_over for line in lines),
        is_known=guard.asker().is_signed_in,
    )  # fmt: skip


def sent(name: str) -> Asked:
    """Read the model and the values of the form that was sent."""
    state = state_of({"parameters": []}, request.form)
    offered = get_usable(name, state.version, state.as_of)
    fields = [(field, text) for field, text in request.form.items(multi=True) if field != "id"]
    return Asked(offered, state_of(offered.definition, request.form.__class__(fields)))


def meant(asked: Asked) -> dict[str, Any]:
    """Say which version and day a run takes."""
    day = asked.state.as_of
    return {"version": asked.state.version, "as_of": day.isoformat() if day else ""}


def key() -> str | None:
    """Give the key with which the same form, sent twice, starts one run."""
    text = request.form.get("_key", "")[:64]
    return f"form-{text}" if text.isalnum() else None

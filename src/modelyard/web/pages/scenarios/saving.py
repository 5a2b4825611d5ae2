"""Saved scenarios: a filled-in form kept under a name, changed, shared; and Excel back in."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.accounts.resource import LEVELS
from modelyard.errors import Conflict, Invalid, ModelyardError, NotFound
from modelyard.scenarios.record import Saved
from modelyard.web import guard
from modelyard.web.needs import guarded
from modelyard.web.pages.access import WORDS, known_people
from modelyard.web.pages.page import led_to
from modelyard.web.pages.scenarios.frame import SEEN_LETTERS, Asked, asked_for
from modelyard.web.pages.scenarios.trying import model_page
from modelyard.web.query import Query
from modelyard.web.sharing import people_in
from modelyard.web.what_if.offered import get_usable, what_ifs
from modelyard.web.what_if.overruled import kept_of
from modelyard.web.what_if.state import State, state_of

LARGEST_REVISION = 10**9
CHANGED = "The model was changed after this form was made, so nothing was saved."
LOOK = "Look at what it gives now, below, and save again."
blueprint = Blueprint("scenario_saving_pages", __name__)


@blueprint.post("/scenarios/<name>/saved")
@guarded("write", "scenario")
def save(name: str) -> Response:
    """Keep what was filled in under a name."""
    asked = sent(name)
    typed = {"save_name": text("_name"), "save_note": text("_note")}
    try:
        refuse_stale(asked)
        saved = what_ifs().saved.save(
            name, typed["save_name"], asked.state.given, note=typed["save_note"],
            as_of=asked.state.as_of, by=guard.asker(),
        )  # fmt: skip
    except ModelyardError as fault:
        return model_page(asked, save_fault=fault, **typed)
    return led_to(f"{address_of(saved)}?_done=saved")


@blueprint.get("/scenarios/<name>/saved/<saved_id>")
@guarded("read", "scenario")
def show(name: str, saved_id: str) -> Response:
    """Show a saved scenario, worked out with the model as it is now."""
    return saved_page(name, get_saved(name, saved_id))


@blueprint.post("/scenarios/<name>/saved/<saved_id>")
@guarded("write", "scenario")
def change(name: str, saved_id: str) -> Response:
    """Save it anew, with the values and words of the form."""
    saved = get_saved(name, saved_id)
    asked = sent(name)
    try:
        refuse_stale(asked)
        what_ifs().saved.change(
            saved.id, made_from=revision(), name=text("_name") or None, note=text("_note"),
            inputs=asked.state.given, as_of=asked.state.as_of, by=guard.asker(),
        )  # fmt: skip
    except ModelyardError as fault:
        return saved_page(name, get_saved(name, saved_id), asked=asked, save_fault=fault)
    return led_to(f"{address_of(saved)}?_done=changed")


@blueprint.post("/scenarios/<name>/saved/<saved_id>/share")
@guarded("write", "scenario")
def share(name: str, saved_id: str) -> Response:
    """Say who may see it."""
    saved = get_saved(name, saved_id)
    given = Query(request.form, "level", "people")
    people = people_in(given.text("people"))
    level = next((known for known in LEVELS if known == given.text("level")), None)
    try:
        if level is None:
            raise Invalid("level", "is none of those that there are.")
        what_ifs().saved.share(saved.id, level, people, by=guard.asker())
    except ModelyardError as fault:
        return saved_page(name, saved, share_fault=fault)
    return led_to(f"{address_of(saved)}?_done=shared")


@blueprint.post("/scenarios/<name>/saved/<saved_id>/delete")
@guarded("write", "scenario")
def delete(name: str, saved_id: str) -> Response:
    """Remove it for good."""
    saved = get_saved(name, saved_id)
    try:
        what_ifs().saved.delete(saved.id, by=guard.asker())
    except ModelyardError as fault:
        return saved_page(name, saved, share_fault=fault)
    return led_to(f"/scenarios/{name}/compare")


@blueprint.post("/scenarios/<name>/saved/<saved_id>/figures")
@guarded("write", "scenario")
def keep(name: str, saved_id: str) -> Response:
    """Work it out and keep the figures."""
    saved = get_saved(name, saved_id)
    try:
        what_ifs().saved.work_out(saved.id, by=guard.asker())
    except ModelyardError as fault:
        return saved_page(name, saved, figure_fault=fault)
    return led_to(f"{address_of(saved)}?_done=kept#figures")


@blueprint.post("/scenarios/<name>/saved/<saved_id>/figures/<figure_id>")
@guarded("read", "scenario")
def replay(name: str, saved_id: str, figure_id: str) -> Response:
    """Work kept figures out again, and say whether they are the same."""
    saved = get_saved(name, saved_id)
    try:
        found = what_ifs().figures.replay(figure_id, by=guard.asker())
    except ModelyardError as fault:
        return saved_page(name, saved, figure_fault=fault)
    return saved_page(name, saved, replayed=figure_id, replay=found)


@blueprint.post("/scenarios/<name>/inputs")
@guarded("read", "scenario")
def upload(name: str) -> Response:
    """Take the inputs of an Excel file that was filled in, and show what they give."""
    asked = Asked(get_usable(name), State({}))
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid("file", "is missing.", "Choose the .xlsx file that you filled in.")
        given = what_ifs().read_excel(name, file.stream.read())
    except ModelyardError as fault:
        return model_page(asked, upload_fault=fault)
    there = Asked(asked.offered, State(given))
    return led_to(there.permalink)


def saved_page(name: str, saved: Saved, asked: Asked | None = None, **context: Any) -> Response:
    """Show a saved scenario: its form, what it gives, who may see it, and its kept figures."""
    root = address_of(saved)
    if asked is None:
        asked = asked_for(name) if has_values() else kept_state(saved)
    me, shelf = guard.asker(), what_ifs()
    may_change = shelf.saved.may_change(saved, by=me)
    words = {"saved": "It is saved.", "changed": "It is saved anew.", "kept": "Figures are kept."}
    words |= {"shared": "Who may see it is changed, and counts from now on."}
    shown = {
        "one": saved,
        "one_root": root,
        "may_change": may_change,
        "visibility": shelf.saved.visibility_of(saved),
        "level_words": WORDS,
        "known": known_people(),
        "kept_figures": shelf.figures.list_of(saved=saved.id, by=me),
        "form_action": root,
        "note": words.get(request.args.get("_done", ""), ""),
        "overruled": kept_of(asked.definition, saved.inputs).overruled if asked.definition else {},
        "is_changed": has_values() and asked.state.given != saved.inputs,
    }
    return model_page(asked, **(shown | context))


def get_saved(name: str, saved_id: str) -> Saved:
    """Give a saved scenario of this model to somebody who may see it; raises NotFound."""
    saved = what_ifs().saved.get(saved_id, by=guard.asker())
    if saved.model != name:
        raise NotFound("saved scenario", "is not here.")
    return saved


def kept_state(saved: Saved) -> Asked:
    """Give the state that was saved, of the model as it is now."""
    offered = get_usable(saved.model, as_of=saved.as_of)
    given = kept_of(offered.definition, saved.inputs).given
    return Asked(offered, State(given, as_of=saved.as_of, seen=saved.digest[:SEEN_LETTERS]))


def sent(name: str) -> Asked:
    """Read the form that was sent."""
    state = state_of({"parameters": []}, request.form)
    offered = get_usable(name, state.version, state.as_of)
    return Asked(offered, state_of(offered.definition, request.form))


def refuse_stale(asked: Asked) -> None:
    """Raise Conflict where the model is another than the one that the form was made from."""
    if asked.has_changed:
        raise Conflict("form", CHANGED, LOOK)


def has_values() -> bool:
    """Tell whether the address has values of its own."""
    return any(not key.startswith("_") for key in request.args)


def text(field: str) -> str:
    """Read a text of the form."""
    return request.form.get(field, "").strip()[:10_000]


def revision() -> int:
    """Read the revision that the form was made from; raises Invalid."""
    written = request.form.get("_made_from", "")
    if not (written.isascii() and written.isdigit() and int(written) <= LARGEST_REVISION):
        raise Invalid("_made_from", "is no number of a revision.", "Load the page again.")
    return int(written)


def address_of(saved: Saved) -> str:
    """Give the permanent address of a saved scenario."""
    return f"/scenarios/{saved.model}/saved/{saved.id}"

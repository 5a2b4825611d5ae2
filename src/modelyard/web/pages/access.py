"""Who may see a dataset, a model or a what-if model, and why; changed by those who own it."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Level, Resource
from modelyard.errors import Conflict, Invalid, ModelyardError
from modelyard.web import guard
from modelyard.web.live import live, services
from modelyard.web.model_titles import Told
from modelyard.web.needs import decides_itself, guarded
from modelyard.web.pages.frame import frame_of
from modelyard.web.pages.models.frame import frame_of as frame_of_model
from modelyard.web.pages.page import led_to, page, status_of
from modelyard.web.pages.scenarios.frame import access_frame as frame_of_scenario
from modelyard.web.query import Query
from modelyard.web.sharing import people_in, require_sight, share
from modelyard.web.somebody import why_for
from modelyard.web.what_if.rights import require_there

blueprint = Blueprint("access_pages", __name__)
WORDS: dict[Level, tuple[str, str]] = {
    "private": ("Private", "Its owner alone sees it."),
    "shared": ("Shared", "Its owner and some people see it."),
    "signed-in": ("Everybody signed in", "Everybody who is signed in sees it."),
    "public": ("Public", "Everybody sees it, signed in or not."),
}


@blueprint.get("/datasets/<name>/access")
@decides_itself
def show(name: str) -> Response:
    """Show who may see a dataset, and why."""
    return show_access(Resource("dataset", name))


@blueprint.get("/models/<name>/access")
@decides_itself
def show_of_model(name: str) -> Response:
    """Show who may see a model, and why."""
    return show_access(Resource("model", name))


@blueprint.post("/datasets/<name>/access")
@guarded("admin", "dataset")
def change(name: str) -> Response:
    """Change who may see a dataset."""
    return change_access(Resource("dataset", name))


@blueprint.post("/models/<name>/access")
@guarded("admin", "model")
def change_of_model(name: str) -> Response:
    """Change who may see a model."""
    return change_access(Resource("model", name))


@blueprint.get("/scenarios/<name>/access")
@decides_itself
def show_of_scenario(name: str) -> Response:
    """Show who may see a what-if model, and why."""
    require_there(name)
    return show_access(Resource("scenario", name))


@blueprint.post("/scenarios/<name>/access")
@guarded("admin", "scenario")
def change_of_scenario(name: str) -> Response:
    """Change who may see a what-if model."""
    require_there(name)
    return change_access(Resource("scenario", name))


def show_access(resource: Resource) -> Response:
    """Show who may see it, and why; raises what `require_sight` raises."""
    require_sight(resource)
    asked = Query(request.args, "done", "person")
    note = "It is changed, and counts from now on." if asked.text("done") else ""
    person = asked.text("person").strip()
    try:
        told = why_for(person, resource) if person else None
    except Invalid as fault:
        return access(resource, asked_fault=fault, person=person)
    return access(resource, note=note, person=person, told=told)


def change_access(resource: Resource) -> Response:
    """Change who may see it, as the form says."""
    given = Query(request.form, "level", "people", "owner", "sure")
    typed = {key: given.text(key) for key in ("level", "people", "owner")}
    people = people_in(typed["people"])
    try:
        share(resource, typed["level"], people, typed["owner"], is_sure=given.flag("sure"))
    except ModelyardError as fault:
        return access(resource, fault, typed)
    page_of_it = f"/{resource.kind}s/{resource.name}/access?done=1"
    if not (guard.may("read", resource) or guard.may("admin", resource)):
        return led_to(f"/{resource.kind}s")
    return led_to(page_of_it)


def access(
    resource: Resource,
    fault: ModelyardError | None = None,
    typed: dict[str, str] | None = None,
    note: str = "",
    **asked: Any,
) -> Response:
    """Show who may see it, with what was typed and what is wrong with it.

    `asked` says about which `person` was asked, and what they were `told`.
    """
    present = guard.visibility(resource)
    usual = {"level": present.level, "people": "\n".join(present.people), "owner": present.owner}
    return page(
        "access.html",
        status_of(fault or asked.get("asked_fault")),
        visibility=present,
        read=guard.why("read", resource),
        words=WORDS,
        known=known_people(),
        fault=fault,
        note=note,
        typed=typed or usual,
        would_lock_out=isinstance(fault, Conflict) and fault.where == "access",
        **asked,
        **_frame(resource),
    )


def _frame(resource: Resource) -> dict[str, Any]:
    """Give the frame; who may not look into it sees nothing but this tab."""
    if resource.kind == "model":
        frame = frame_of_model(resource.name, "access")
        hidden: dict[str, Any] = {"called": Told(resource.name, ""), "served": None}
    elif resource.kind == "scenario":
        frame, hidden = frame_of_scenario(resource.name), {}
    else:
        dataset = services().datasets.get_dataset(resource.name)
        frame, hidden = frame_of(dataset, "access"), {"shape": None}
    frame["frame"] = f"{resource.kind}s/frame.html"
    frame["manage"] = guard.why("admin", resource)
    if not guard.may("read", resource):
        frame |= hidden | {"tabs": [tab for tab in frame["tabs"] if tab[0] == "access"]}
        frame["is_hidden"] = True
    return frame


def known_people() -> set[str]:
    """Give the addresses of those who have an account."""
    if not guard.asker().is_signed_in:
        return set()
    return {user.email for user in live().records.accounts.users.list_users()}

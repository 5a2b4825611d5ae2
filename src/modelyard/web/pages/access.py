"""Who may see a dataset, and why; changed by its owner and the service's owners."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Level, Resource
from modelyard.errors import Conflict, Invalid, ModelyardError
from modelyard.web import guard
from modelyard.web.live import live, services
from modelyard.web.needs import decides_itself, guarded
from modelyard.web.pages.frame import frame_of
from modelyard.web.pages.page import led_to, page, status_of
from modelyard.web.query import Query
from modelyard.web.sharing import require_sight, share
from modelyard.web.somebody import why_for

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
    """Show who may see it, and why."""
    require_sight(Resource("dataset", name))
    asked = Query(request.args, "done", "person")
    note = "It is changed, and counts from now on." if asked.text("done") else ""
    person = asked.text("person").strip()
    try:
        told = why_for(person, Resource("dataset", name)) if person else None
    except Invalid as fault:
        return access(name, asked_fault=fault, person=person)
    return access(name, note=note, person=person, told=told)


@blueprint.post("/datasets/<name>/access")
@guarded("admin", "dataset")
def change(name: str) -> Response:
    """Change who may see it."""
    given = Query(request.form, "level", "people", "owner", "sure")
    typed = {key: given.text(key) for key in ("level", "people", "owner")}
    people = typed["people"].replace(",", " ").replace(";", " ").split()
    try:
        share(
            Resource("dataset", name),
            typed["level"],
            people,
            typed["owner"],
            is_sure=given.flag("sure"),
        )
    except ModelyardError as fault:
        return access(name, fault, typed)
    if not guard.may("read", resource := Resource("dataset", name)):
        is_left = guard.may("admin", resource)
        return led_to(f"/datasets/{name}/access?done=1" if is_left else "/datasets")
    return led_to(f"/datasets/{name}/access?done=1")


def access(
    name: str,
    fault: ModelyardError | None = None,
    typed: dict[str, str] | None = None,
    note: str = "",
    **asked: Any,
) -> Response:
    """Show who may see it, with what was typed and what is wrong with it.

    `asked` says about which `person` was asked, and what they were `told`.
    """
    resource = Resource("dataset", name)
    dataset = services().datasets.get_dataset(name)
    present = guard.visibility(resource)
    read = guard.why("read", resource)
    frame: dict[str, Any] = frame_of(dataset, "access")
    if not read.is_allowed:
        frame |= {"shape": None, "tabs": [tab for tab in frame["tabs"] if tab[0] == "access"]}
    usual = {"level": present.level, "people": "\n".join(present.people), "owner": present.owner}
    return page(
        "datasets/access.html",
        status_of(fault or asked.get("asked_fault")),
        visibility=present,
        read=read,
        manage=guard.why("admin", resource),
        words=WORDS,
        known=known_people(),
        fault=fault,
        note=note,
        typed=typed or usual,
        would_lock_out=isinstance(fault, Conflict) and fault.where == "access",
        **asked,
        **frame,
    )


def known_people() -> set[str]:
    """Give the addresses of those who have an account."""
    if not guard.asker().is_signed_in:
        return set()
    return {user.email for user in live().records.accounts.users.list_users()}

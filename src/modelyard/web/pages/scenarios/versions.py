"""The history of a managed what-if model: versions with who, when and why; proposing, approving."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.errors import Invalid, ModelyardError
from modelyard.scenarios.record import Version
from modelyard.web import guard
from modelyard.web.needs import guarded
from modelyard.web.pages.page import led_to
from modelyard.web.pages.scenarios.frame import Asked, framed
from modelyard.web.what_if.contents import change_lines
from modelyard.web.what_if.offered import KIND, get_offered, number_of, what_ifs
from modelyard.web.what_if.rights import (
    may_change,
    may_decide,
    require_change,
    require_create,
    require_decide,
    require_read,
    require_reject,
)
from modelyard.web.what_if.state import State

WORDS = {
    "approved": "The new version is in use.",
    "proposed": "It is proposed, and used as soon as a second person approves it.",
    "rejected": "It is refused, and was never in use.",
    "rule": "It is changed, and counts from now on.",
}
LATEST = 100
blueprint = Blueprint("scenario_version_pages", __name__)


@blueprint.get("/scenarios/<name>/versions")
@guarded("read", "scenario")
def history(name: str) -> Response:
    """Show all versions, the newest first."""
    return history_page(name)


@blueprint.post("/scenarios/<name>/versions/<number>/<deed>")
@guarded("read", "scenario")
def decide(name: str, number: str, deed: str) -> Response:
    """Approve, refuse or copy a version."""
    versions, by = what_ifs().versions, guard.asker()
    why = request.form.get("_why", "").strip()
    version = versions.get_version(name, number_of(name, number))
    try:
        if deed == "approve":
            require_decide(version)
            made = versions.approve(name, version.number, why=why, by=by)
        elif deed == "reject":
            require_reject(version)
            made = versions.reject(name, version.number, why=why, by=by)
        elif deed == "copy":
            require_change(name)
            served = versions.get_record(name).served
            made = versions.copy(name, version.number, made_from=served, why=why, by=by)
        elif deed == "copy-as":
            return copied(version, why)
        else:
            raise Invalid("address", "names nothing that can be done with a version.")
    except ModelyardError as fault:
        return history_page(name, fault)
    return led_to(f"/scenarios/{name}/versions?_done={made.state}")


def copied(version: Version, why: str) -> Response:
    """Make a model of another name from a version."""
    versions, new_name = what_ifs().versions, request.form.get("_name", "").strip()
    require_read(version.model)
    require_create(new_name, version.content.based_on)
    versions.copy_as(version.model, version.number, new_name, why=why, by=guard.asker())
    return led_to(f"/scenarios/{new_name}")


@blueprint.post("/scenarios/<name>/approval")
@guarded("admin", "scenario")
def approval(name: str) -> Response:
    """Say whether new versions wait for a second person."""
    needed = request.form.get("needed", "") == "1"
    try:
        what_ifs().versions.require_approval(name, needed, by=guard.asker())
    except ModelyardError as fault:
        return history_page(name, fault)
    return led_to(f"/scenarios/{name}/versions?_done=rule")


@blueprint.post("/scenarios/<name>/delete")
@guarded("admin", "scenario")
def delete(name: str) -> Response:
    """Remove the record of a model, for good; a file in the folder stays."""
    try:
        what_ifs().versions.delete(name, by=guard.asker())
    except ModelyardError as fault:
        return history_page(name, fault)
    return led_to("/scenarios")


@blueprint.get("/scenarios/<name>/versions/<number>")
@guarded("read", "scenario")
def show(name: str, number: str) -> Response:
    """Show what one version says, and what differs from another one."""
    asked_number = number_of(name, number)
    asked = Asked(get_offered(name, asked_number), State({}, version=asked_number))
    versions = what_ifs().versions
    version = versions.get_version(name, asked_number)
    other = compared_with(version)
    changes = versions.differences(name, other, version.number) if other else []
    context: dict[str, Any] = {
        "shown_version": version,
        "other": other,
        "changes": change_lines(changes),
        "numbers": [one.number for one in versions.list_versions(name)][:LATEST],
    }
    return framed(asked, "versions", "scenarios/version.html", **context)


def compared_with(version: Version) -> int:
    """Read with which version it is compared: by default the one it was made from; 0 for none."""
    text = request.args.get("with", "")
    if text:
        if not (text.isascii() and text.isdigit()):
            raise Invalid("parameter 'with'", "is no number of a version.")
        return what_ifs().versions.get_version(version.model, int(text[:9])).number
    return version.made_from


def history_page(name: str, fault: ModelyardError | None = None) -> Response:
    """Show the history, with what is wrong with what was asked for."""
    asked = Asked(get_offered(name), State({}))
    record = asked.offered.record
    found = what_ifs().versions.list_versions(name) if record else []
    return framed(
        asked, "versions", "scenarios/versions.html", fault,
        record=record,
        versions=[(one, one.state == "proposed" and may_decide(one)) for one in found[:LATEST]],
        may_edit=may_change(name),
        may_manage_it=guard.may("admin", Resource(KIND, name)),
        me=guard.asker().shown,
        note=WORDS.get(request.args.get("_done", ""), ""),
    )  # fmt: skip

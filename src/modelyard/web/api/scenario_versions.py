"""The versions of managed what-if models over REST: made, compared, approved, copied."""

import msgspec
from flask import Blueprint, Response, request

from modelyard.errors import Invalid
from modelyard.scenarios.record import Version
from modelyard.scenarios.setting import Content, Setting
from modelyard.web import guard
from modelyard.web.body import json_object
from modelyard.web.needs import guarded
from modelyard.web.query import Query
from modelyard.web.replies import hashed, unkept
from modelyard.web.what_if import bodies
from modelyard.web.what_if.contents import content_from_json
from modelyard.web.what_if.documents import ROOT, record_json, version_json
from modelyard.web.what_if.offered import get_offered, number_of, what_ifs
from modelyard.web.what_if.rights import (
    require_change,
    require_create,
    require_decide,
    require_read,
    require_reject,
)

MOST_NUMBER = 10**9
blueprint = Blueprint("scenario_versions", __name__, url_prefix=ROOT)


@blueprint.get("/<name>/versions")
@guarded("read", "scenario")
def list_versions(name: str) -> Response:
    """List the versions of a model, the newest first; none for a model that nobody manages."""
    Query(request.args)
    record = get_offered(name).record
    found = what_ifs().versions.list_versions(name) if record else []
    lines = [version_json(one, has_content=False) for one in found]
    return hashed({"record": record_json(record), "versions": lines})


@blueprint.post("/<name>/versions")
@guarded("read", "scenario")
def make_version(name: str) -> Response:
    """Make the next version, or propose it."""
    require_change(name)
    Query(request.args)
    body = json_object("content", "made_from", "why")
    return made(_next(name, content_from_json(body.get("content", {})), body))


@blueprint.get("/<name>/versions/<number>")
@guarded("read", "scenario")
def get_version(name: str, number: str) -> Response:
    """Give a version with all that it says."""
    Query(request.args)
    return hashed(version_json(found_version(name, number)))


@blueprint.get("/<name>/versions/<number>/changes")
@guarded("read", "scenario")
def list_changes(name: str, number: str) -> Response:
    """Say what differs from another version, by default the one it was made from."""
    query = Query(request.args, "since")
    version = found_version(name, number)
    since = query.integer("since", version.made_from, 0, MOST_NUMBER)
    here = version.number
    changes = what_ifs().versions.differences(name, since, here) if since else []
    return hashed({"since": since, "number": here, "changes": msgspec.to_builtins(changes)})


@blueprint.post("/<name>/versions/<number>/approve")
@guarded("read", "scenario")
def approve(name: str, number: str) -> Response:
    """Let a proposed version be used; a second person does."""
    version = found_version(name, number)
    require_decide(version)
    why, by = bodies.text(json_object("why"), "why"), guard.asker()
    return unkept(version_json(what_ifs().versions.approve(name, version.number, why=why, by=by)))


@blueprint.post("/<name>/versions/<number>/reject")
@guarded("read", "scenario")
def reject(name: str, number: str) -> Response:
    """Refuse a proposed version, or take one's own back."""
    version = found_version(name, number)
    require_reject(version)
    why, by = bodies.text(json_object("why"), "why"), guard.asker()
    return unkept(version_json(what_ifs().versions.reject(name, version.number, why=why, by=by)))


@blueprint.post("/<name>/versions/<number>/copy")
@guarded("read", "scenario")
def copy(name: str, number: str) -> Response:
    """Make a version the newest one again, or with `name` a model of another name from it."""
    version = found_version(name, number)
    body = json_object("name", "made_from", "why")
    why, new_name = bodies.text(body, "why"), bodies.text(body, "name")
    versions, by = what_ifs().versions, guard.asker()
    if new_name:
        require_read(name)
        require_create(new_name, version.content.based_on)
        return made(versions.copy_as(name, version.number, new_name, why=why, by=by))
    require_change(name)
    made_from = bodies.number(body, "made_from")
    return made(versions.copy(name, version.number, made_from=made_from, why=why, by=by))


@blueprint.put("/<name>/approval")
@guarded("admin", "scenario")
def set_approval(name: str) -> Response:
    """Say whether new versions wait for a second person."""
    get_offered(name)
    needed = bodies.truth(json_object("needed"), "needed")
    record = what_ifs().versions.require_approval(name, needed, by=guard.asker())
    return unkept({"record": record_json(record)})


@blueprint.patch("/<name>/parameters/<parameter>")
@guarded("read", "scenario")
def change_parameter(name: str, parameter: str) -> Response:
    """Say something else of one parameter: the next version, or a proposal."""
    require_change(name)
    Query(request.args)
    body = json_object("setting", "made_from", "why")
    told = bodies.mapping(body, "setting")
    if told.get("name", parameter) != parameter:
        raise Invalid("body, 'setting.name'", "is another parameter than the address names.")
    offered = get_offered(name)
    if all(item["name"] != parameter for item in offered.definition.get("parameters", [])):
        known = ", ".join(item["name"] for item in offered.definition.get("parameters", []))
        raise Invalid(f"parameter '{parameter[:60]}'", "is not there.", f"Known: {known}.")
    before = Content(based_on=name)
    if offered.record is not None:
        before = what_ifs().versions.get_version(name, bodies.number(body, "made_from")).content
    setting = content_from_json({"settings": [{**told, "name": parameter}]}).settings[0]
    return made(_next(name, with_setting(before, setting), body))


def with_setting(content: Content, setting: Setting) -> Content:
    """Give a content that says this of a parameter, and else what it said."""
    names = [one.name for one in content.settings]
    settings = [setting if one.name == setting.name else one for one in content.settings]
    if setting.name not in names:
        settings.append(setting)
    return msgspec.structs.replace(content, settings=tuple(settings))


def found_version(name: str, number: str) -> Version:
    """Give a version; raises NotFound."""
    get_offered(name)
    return what_ifs().versions.get_version(name, number_of(name, number))


def made(version: Version) -> Response:
    """Answer 201 with a new version."""
    answer = unkept(version_json(version), 201)
    answer.headers["Location"] = f"{ROOT}/{version.model}/versions/{version.number}"
    return answer


def _next(name: str, content: Content, body: dict[str, object]) -> Version:
    """Make the version after the one that the body names; where nobody manages it, the first."""
    why, by, versions = bodies.text(body, "why"), guard.asker(), what_ifs().versions
    if versions.find_record(name) is None:
        require_create(name, content.based_on or name)
        return versions.create(name, content, why=why, by=by)
    made_from = bodies.number(body, "made_from")
    return versions.change(name, content, made_from=made_from, why=why, by=by)

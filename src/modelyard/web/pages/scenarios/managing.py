"""Managing a what-if model: its parameters and formulas, changed as a new version."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from modelyard.accounts.resource import LEVELS, Level
from modelyard.errors import Invalid, ModelyardError, NotFound
from modelyard.scenarios.offered import Offered
from modelyard.scenarios.parameter import KINDS
from modelyard.scenarios.record import Version
from modelyard.scenarios.setting import Content, OutputSetting, Setting
from modelyard.scenarios.versions import Stale
from modelyard.web import guard
from modelyard.web.needs import guarded
from modelyard.web.pages.access import WORDS
from modelyard.web.pages.page import led_to, page, status_of
from modelyard.web.pages.scenarios.frame import Asked, framed
from modelyard.web.sharing import people_in
from modelyard.web.what_if.contents import change_lines, content_from_form
from modelyard.web.what_if.fields import bounds_words
from modelyard.web.what_if.offered import get_offered, seen_models, what_ifs
from modelyard.web.what_if.rights import (
    level_of_new,
    needs_approval,
    require_change,
    require_create,
    require_read,
)
from modelyard.web.what_if.state import State
from modelyard.web.what_if.written import written

NUMBERED = 10**9
EMPTY, EMPTY_AT_FIRST = 2, 4
"""Lines for new parameters and outputs that stand empty."""
PLAIN_KINDS = tuple(kind for kind in KINDS if kind != "table")
blueprint = Blueprint("scenario_managing_pages", __name__)


@blueprint.get("/scenarios/-/new")
@guarded("write")
def new() -> Response:
    """Show the form for a new model, made of parameters and formulas."""
    return new_page(None, request.args.get("based_on", ""))


@blueprint.post("/scenarios/-/new")
@guarded("write")
def make() -> Response:
    """Make a model."""
    form = request.form
    based_on, name = form.get("_based_on", "").strip(), form.get("_name", "").strip()
    try:
        if not name:
            raise Invalid("name", "is missing.", "Use letters, digits and _.")
        require_create(name, based_on)
        content = content_from_form(form, based_on)
        people = people_in(form.get("_people", ""))
        level = level_of_new(level_of(form.get("_level", "")))
        what_ifs().versions.create(
            name, content, why=form.get("_why", "").strip(), level=level, people=people,
            by=guard.asker(),
        )  # fmt: skip
    except ModelyardError as fault:
        return new_page(fault, based_on)
    return led_to(f"/scenarios/{name}")


@blueprint.get("/scenarios/<name>/edit")
@guarded("read", "scenario")
def edit(name: str) -> Response:
    """Show the form that changes what a model says of its parameters."""
    require_change(name)
    asked = Asked(get_offered(name), State({}))
    version = what_ifs().versions.get_version(name) if asked.offered.record else None
    return edit_page(asked, version, version.content if version else Content(based_on=name))


@blueprint.post("/scenarios/<name>/edit")
@guarded("read", "scenario")
def change(name: str) -> Response:
    """Make the next version, or propose it; nothing that others changed is overwritten."""
    require_change(name)
    asked = Asked(get_offered(name), State({}))
    made_from = request.form.get("_made_from", "0")
    number = int(made_from) if made_from.isdigit() and int(made_from) < NUMBERED else 0
    why, versions = request.form.get("_why", "").strip(), what_ifs().versions
    before = versions.get_version(name, number) if asked.offered.record and number else None
    based_on = before.content.based_on if before else name
    content = Content(based_on=based_on)
    try:
        content = content_from_form(request.form, based_on)
        if before is not None:
            made = versions.change(name, content, made_from=number, why=why, by=guard.asker())
        else:
            require_create(name, name)
            made = versions.create(name, content, why=why, by=guard.asker())
    except ModelyardError as fault:
        return edit_page(asked, before, content, fault)
    return led_to(f"/scenarios/{name}/versions?_done={made.state}")


def edit_page(
    asked: Asked, version: Version | None, content: Content, fault: ModelyardError | None = None
) -> Response:
    """Show the form of a version, with what was typed and what is wrong with it."""
    definition = base_definition(asked, content)
    typed = request.form if fault else None
    return framed(
        asked, "versions", "scenarios/edit.html", fault,
        shown_version=version,
        content=content,
        settings=setting_lines(content, definition, typed),
        outputs=output_lines(content, typed),
        kinds=PLAIN_KINDS,
        stands_alone=not content.based_on,
        overtaken=change_lines(fault.changes) if isinstance(fault, Stale) else [],
        made_from=version.number if version else 0,
        why=typed.get("_why", "") if typed else "",
        waits=needs_approval(asked.offered.name),
    )  # fmt: skip


def base_definition(asked: Asked, content: Content) -> Mapping[str, Any]:
    """Give what the author of a file wrote, of which a version says something else."""
    if content.based_on:
        try:
            base = what_ifs().get_model(content.based_on, -1)
        except NotFound:
            return {"parameters": []}
        if base.definition:
            return base.definition
    return asked.definition or {"parameters": []}


def setting_lines(
    content: Content, definition: Mapping[str, Any], typed: "MultiDict[str, str] | None"
) -> list[dict[str, Any]]:
    """Give a line of the form for each parameter: what is said of it, and what its author said."""
    said = {one.name: one for one in content.settings}
    authors = {item["name"]: item for item in definition["parameters"]}
    names = (
        [*authors, *(name for name in said if name not in authors)] if content.based_on else [*said]
    )
    if typed:
        names = [typed.get(f"p.{number}.name", "") for number in range(_count(typed, "p"))] or names
    elif not content.based_on:
        names += [""] * (EMPTY if content.settings else EMPTY_AT_FIRST)
    return [
        _setting_line(
            said.get(name, Setting(name=name)), authors.get(name, {}), not content.based_on
        )
        for name in names
    ]


def _setting_line(one: Setting, author: Mapping[str, Any], stands_alone: bool) -> dict[str, Any]:
    first = next((each.value for each in one.values if each.since is None), "")
    dated = [(each.since, each.value) for each in one.values if each.since is not None]
    default = author.get("default")
    is_table = author.get("kind") == "table"
    return {
        "one": one,
        "author": author,
        "title": author.get("title") or one.title or one.name,
        "value": _text(first),
        "dated": dated,
        "usual": "" if default is None or is_table else written(author, default),
        "bounds": bounds_words(author) if author and not stands_alone else "",
        "choices": ", ".join(one.choices),
        "state": one.state or "",
        "usual_state": author.get("access", "open"),
        "is_table": is_table,
    }


def output_lines(content: Content, typed: "MultiDict[str, str] | None") -> Sequence[OutputSetting]:
    """Give a line of the form for each output that is a formula."""
    if content.based_on:
        return ()
    empty = (OutputSetting(name="", formula=""),) * (0 if typed and content.outputs else EMPTY)
    return (*content.outputs, *empty)


def new_page(fault: ModelyardError | None, based_on: str) -> Response:
    """Show the form for a new model."""
    content = Content(based_on=based_on)
    if fault is not None:
        try:
            content = content_from_form(request.form, based_on)
        except ModelyardError:
            content = Content(based_on=based_on)
    known = [one for one in seen_models() if one.file and not one.record and not one.fault]
    base = based_model(based_on) if based_on else None
    definition: Mapping[str, Any] = base.definition if base else {"parameters": []}
    return page(
        "scenarios/new.html", status_of(fault),
        fault=fault, known=known, based_on=based_on, base=base,
        settings=setting_lines(content, definition, None), outputs=output_lines(content, None),
        kinds=PLAIN_KINDS, stands_alone=not based_on, words=WORDS, typed=request.form,
        content=content,
    )  # fmt: skip


def based_model(name: str) -> Offered:
    """Give a model of the folder as its file has it, to one who may see it; raises NotFound."""
    require_read(name)
    found = what_ifs().get_model(name, -1)
    if found.fault is not None:
        raise found.fault.to_error()
    return found


def level_of(text: str) -> Level | None:
    """Read who may see it; empty leaves it to the workspace. Raises Invalid."""
    if not text:
        return None
    level = next((known for known in LEVELS if known == text), None)
    if level is None:
        raise Invalid("level", "is none of those that there are.")
    return level


def _count(form: "MultiDict[str, str]", kind: str) -> int:
    number = 0
    while f"{kind}.{number}.name" in form:
        number += 1
    return number


def _text(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)

"""What the buttons on the pages of versions do: promote, roll back, take names away, delete."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.errors import Conflict, ModelyardError, Overtaken
from modelyard.models.naming import clean_alias
from modelyard.models.version import CHAMPION, Model
from modelyard.web import guard
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.pages.models.versions import version_page, versions
from modelyard.web.pages.page import led_to
from modelyard.web.query import Query

blueprint = Blueprint("model_page_deeds", __name__)


@blueprint.app_template_global("seen_names")
def seen_names(model: Model) -> str:
    """Write what the names of a model point to, for forms: a stale one is told of changes."""
    return " ".join(f"{one.alias}={one.tag}" for one in model.aliases)


@blueprint.post("/models/<name>/alias")
@guarded("write", "model")
def move(name: str) -> Response:
    """Let a name point to a version."""
    given = Query(request.form, "alias", "other", "version", "seen")
    number = given.text("version")
    alias = given.text("other").strip() or given.text("alias", CHAMPION)
    registry = live().records.models
    try:
        clean = clean_alias(alias)
        expected = still(clean, given.text("seen"))
        registry.move_alias(name, clean, number, by=guard.asker(), expected=expected)
    except ModelyardError as fault:
        return version_page(name, number, _in_words(fault, name))
    return led_to(f"/models/{name}/versions/{number}?done=moved")


@blueprint.post("/models/<name>/rollback")
@guarded("write", "model")
def rollback(name: str) -> Response:
    """Let the champion point to the version before."""
    given = Query(request.form, "seen")
    try:
        expected = still(CHAMPION, given.text("seen"))
        live().records.models.rollback(name, by=guard.asker(), expected=expected)
    except ModelyardError as fault:
        return versions(name, _in_words(fault, name))
    return led_to(f"/models/{name}/versions?done=back")


@blueprint.post("/models/<name>/alias/drop")
@guarded("write", "model")
def drop(name: str) -> Response:
    """Let a name point to nothing."""
    given = Query(request.form, "alias", "version", "seen")
    alias, number = given.text("alias"), given.text("version")
    try:
        expected = still(alias, given.text("seen"))
        live().records.models.drop_alias(name, alias, by=guard.asker(), expected=expected)
    except ModelyardError as fault:
        return version_page(name, number, _in_words(fault, name))
    return led_to(f"/models/{name}/versions/{number}?done=dropped")


@blueprint.post("/models/<name>/versions/<number>/delete")
@guarded("admin", "model")
def delete_version(name: str, number: str) -> Response:
    """Remove a version for good."""
    Query(request.form)
    try:
        live().records.models.delete_version(name, number, by=guard.asker())
    except ModelyardError as fault:
        return version_page(name, number, fault)
    return led_to(f"/models/{name}/versions?done=deleted")


@blueprint.post("/models/<name>/delete")
@guarded("admin", "model")
def delete_model(name: str) -> Response:
    """Remove a model with all its versions for good, where its name was typed."""
    given = Query(request.form, "name")
    try:
        if given.text("name").strip() != name:
            raise Conflict("name", "is not that of the model.", f"To remove it, type {name}.")
        records = live().records
        records.models.delete_model(name, by=guard.asker())
        records.accounts.sharing.forget(Resource("model", name), by=guard.asker())
    except ModelyardError as fault:
        return versions(name, fault)
    return led_to("/models?done=deleted")


@blueprint.post("/models/<name>/versions/<number>/trust")
@guarded("admin")
def trust(name: str, number: str) -> Response:
    """Let models import a module, and open the refused file again."""
    given = Query(request.form, "module")
    registry = live().records.models
    guard.require("write", Resource("model", name))
    try:
        registry.trust(given.text("module").strip(), by=guard.asker())
        opened = reopened(name, number)
    except ModelyardError as fault:
        return version_page(name, number, fault)
    return led_to(f"/models/{name}/versions/{number}?done={'published' if opened else 'refused'}")


def reopened(name: str, number: str) -> bool:
    """Open a refused file once more, now that more may be imported; tells whether it helped."""
    from modelyard.models.kept_files import Received
    from modelyard.models.offer import Offer

    registry = live().records.models
    version = registry.get_version(name, number)
    offer = Offer(
        model=name, file_name=version.file_name, note=version.note, sidecar=version.sidecar
    )
    received = Received(version.sha256, version.bytes)
    return registry.publish_received(offer, received, by=guard.asker()).state == "opened"


def still(alias: str, seen: str) -> Callable[[str], bool]:
    """Give what tells whether a name points to what it pointed to when a form was shown."""
    tags = dict(pair.split("=", 1) for pair in seen.split() if "=" in pair)
    return lambda tag: tags.get(alias, "") == tag


def _in_words(fault: ModelyardError, name: str) -> ModelyardError:
    """Say who moved a name meanwhile, and where it points now."""
    if not isinstance(fault, Overtaken):
        return fault
    alias = fault.where.rpartition("@")[2] if "@" in fault.where else CHAMPION
    known = {one.alias: one for one in live().records.models.get_model(name).aliases}
    now = known.get(alias)
    if now is None:
        why = f"somebody took the name @{alias} away since this page was shown."
    else:
        why = f"{now.moved_by} moved @{alias} to version {now.number} since this page was shown."
    cure = "Nothing was changed. Look at what is served now, then decide again."
    return Overtaken(f"model '{name}'", why, cure)

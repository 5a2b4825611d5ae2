"""Publishing a file by a form: a model under a new name, or the next version of one."""

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.errors import ModelyardError
from modelyard.models.naming import ENDINGS
from modelyard.models.version import Version
from modelyard.web import guard
from modelyard.web.live import live
from modelyard.web.needs import decides_itself, guarded, takes_a_file
from modelyard.web.pages.models.versions import versions
from modelyard.web.pages.page import led_to, page, status_of
from modelyard.web.publishing import publish_upload, require_publisher
from modelyard.web.query import Query

blueprint = Blueprint("model_page_upload", __name__)


@blueprint.get("/models/-/upload")
@guarded("write")
def form() -> Response:
    """Ask for the name of a model, then for its file."""
    name = Query(request.args, "name").text("name").strip()
    try:
        if name:
            require_publisher(name)
    except ModelyardError as fault:
        return upload_page(name, fault)
    return upload_page(name)


@blueprint.post("/models/<name>/versions")
@decides_itself
@takes_a_file
def publish(name: str) -> Response:
    """Publish a file as the next version of a model, or as the first one."""
    try:
        version, is_new = publish_upload(name)
    except ModelyardError as fault:
        resource = Resource("model", name)
        if guard.is_here(resource) and guard.may("read", resource):
            return versions(name, fault)
        if not guard.asker().is_signed_in:
            raise
        return upload_page(name, fault)
    return led_to(f"/models/{name}/versions/{version.number}?done={_outcome(version, is_new)}")


def upload_page(name: str, fault: ModelyardError | None = None) -> Response:
    """Show the form, with what was typed and what is wrong with it."""
    is_known = guard.is_here(Resource("model", name)) and guard.may("read", Resource("model", name))
    model = live().records.models.get_model(name) if is_known else None
    return page(
        "models/upload.html",
        status_of(fault),
        fault=fault,
        name=name,
        known=model,
        endings=ENDINGS,
        most_bytes=live().records.models.files.most_bytes,
    )


def _outcome(version: Version, is_new: bool) -> str:
    if version.state == "refused":
        return "refused"
    if version.held_back:
        return "held"
    return "published" if is_new else "again"

"""The audit log, for owners."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from modelyard.web.audit_files import audit_file
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.pages.page import page
from modelyard.web.query import Query

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
SIZE = 100


@blueprint.get("")
@guarded("admin")
def show() -> Response:
    """Show a page of the log."""
    query = Query(request.args, "actor", "action", "before")
    actor, action = query.text("actor").strip(), query.text("action").strip()
    before = query.integer("before", 0, 1, 2**62)
    entries = live().records.accounts.audit.entries(
        before_id=before or None, limit=SIZE + 1, action=action, actor=actor
    )
    shown = entries[:SIZE]
    return page(
        "accounts/audit.html",
        entries=shown,
        actor=actor,
        action=action,
        is_later=bool(before),
        newest=_address(actor, action),
        older=_address(actor, action, shown[-1].id) if len(entries) > SIZE else "",
    )


@blueprint.get("/file")
@guarded("admin")
def file() -> Response:
    """Give the whole log as a file."""
    return audit_file(Query(request.args, "format").text("format", "ndjson"))


def _address(actor: str, action: str, before: int = 0) -> str:
    asked = {"actor": actor, "action": action, "before": str(before or "")}
    text = urlencode({key: value for key, value in asked.items() if value})
    return "/audit" + (f"?{text}" if text else "")

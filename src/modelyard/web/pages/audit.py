"""The audit log, for owners."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from modelyard.web.audit_files import audit_file
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.pages.days import instant
from modelyard.web.pages.page import page
from modelyard.web.query import Query

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
SIZE = 100


@blueprint.app_template_filter("told")
def told(detail: dict[str, Any]) -> str:
    """Write what an entry tells besides on one line; what is empty is left out."""
    return "; ".join(
        f"{key.replace('_', ' ')}: {_told(value)}"
        for key, value in detail.items()
        if value not in ("", [], None)
    )


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_told(one) for one in value)
    try:
        return instant(datetime.fromisoformat(value)) if "T" in value else str(value)
    except (TypeError, ValueError):
        return str(value)


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

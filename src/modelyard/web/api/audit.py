"""The audit log over REST, for owners."""

from flask import Blueprint, Response, request

from modelyard.web.audit_files import audit_file
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.query import Query
from modelyard.web.replies import unkept

blueprint = Blueprint("audit_api", __name__, url_prefix="/api/v1/audit")
MOST = 1000


@blueprint.get("")
@guarded("admin")
def list_entries() -> Response:
    """List entries, newest first; or give all of them as a file."""
    query = Query(request.args, "actor", "action", "before", "limit", "format")
    kind = query.text("format", "json")
    if kind != "json":
        return audit_file(kind)
    entries = live().records.accounts.audit.entries(
        before_id=query.integer("before", 0, 1, 2**62) or None,
        limit=query.integer("limit", 100, 1, MOST),
        action=query.text("action"),
        actor=query.text("actor"),
    )
    return unkept({"entries": [entry.as_dict() for entry in entries]})

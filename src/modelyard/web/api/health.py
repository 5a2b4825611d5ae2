"""Whether the process lives, and whether it can answer."""

from typing import Any

from flask import Blueprint, Response

from modelyard import draining
from modelyard.errors import Unavailable
from modelyard.web import visible
from modelyard.web.live import live
from modelyard.web.needs import open_to_everybody
from modelyard.web.replies import as_json

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
@open_to_everybody
def is_live() -> Response:
    """Answer as long as the process runs."""
    return as_json({"status": "live"})


@blueprint.get("/ready")
@open_to_everybody
def is_ready() -> Response:
    """Answer 200 when requests can be served, and count what the one who asks may see.

    503 where the database does not answer, or the service is about to stop.
    """
    if draining.is_draining():
        raise Unavailable("service", "is about to stop.", "Ask another replica.")
    live().records.database.check()
    content: dict[str, Any] = {"status": "ready", "datasets": len(visible.datasets())}
    fault = visible.workspace_fault()
    if fault is not None:
        content["warning"] = str(fault)
    return as_json(content)

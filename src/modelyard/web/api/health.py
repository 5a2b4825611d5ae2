"""Whether the process lives, and whether it can answer."""

from typing import Any

from flask import Blueprint, Response

from modelyard.web import visible
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
    """Answer 200 when requests can be served, and count what the one who asks may see."""
    content: dict[str, Any] = {"status": "ready", "datasets": len(visible.datasets())}
    fault = visible.workspace_fault()
    if fault is not None:
        content["warning"] = str(fault)
    return as_json(content)

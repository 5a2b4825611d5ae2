"""Whether the process lives, and whether it can answer."""

from flask import Blueprint, Response

from modelyard.web.live import live
from modelyard.web.replies import as_json

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def is_live() -> Response:
    """Answer as long as the process runs."""
    return as_json({"status": "live"})


@blueprint.get("/ready")
def is_ready() -> Response:
    """Answer 200 when requests can be served."""
    current = live().current()
    fault = live().fault
    content = {"status": "ready", "datasets": len(current.datasets)}
    if fault is not None:
        content["warning"] = str(fault)
    return as_json(content)

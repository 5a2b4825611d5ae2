"""What is counted, for Prometheus."""

from flask import Blueprint, Response, request

from modelyard.metrics.exposition import as_text
from modelyard.metrics.reading import read_all
from modelyard.settings import LOOPBACK
from modelyard.web import guard
from modelyard.web.askers import OF_PROXIES
from modelyard.web.live import services
from modelyard.web.needs import decides_itself

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@decides_itself
def show_metrics() -> Response:
    """Give the counts of all processes of this service that share its folder."""
    if not _is_open():
        guard.require("admin")
    content, media_type = as_text(read_all(), request.headers.get("Accept", ""))
    answer = Response(content, content_type=media_type)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_open() -> bool:
    """Tell whether the settings let everybody read, or whoever asks from this very machine."""
    said = services().settings.metrics
    if said == "loopback":
        is_passed_on = any(name in request.environ for name in OF_PROXIES)
        return request.remote_addr in LOOPBACK and not is_passed_on
    return said == "public"

"""The line in the log that each request leaves."""

import logging
import posixpath
from collections.abc import Mapping
from typing import Any

from modelyard.logs import FIELDS
from modelyard.web.request_ids import RequestIds

log = logging.getLogger("modelyard.requests")
ROUTE = "modelyard.route"
"""In the environ: the rule of the address."""
RUN = "modelyard.run"
"""In the environ: the run that the request started, or asked about."""
FAULT = "modelyard.fault"
"""In the environ: the id of a fault of ours."""
SECRET_ROUTES = ("/welcome/", "/invitation/", "/reset/")
"""Addresses that hold a secret, which no log must have."""
LONGEST = 500


def write_line(
    environ: Mapping[str, Any], status: int, sent_bytes: int | None, seconds: float
) -> None:
    """Write what was asked, how it was answered, and how long that took.

    The query is left out: people write what is theirs into it.
    """
    path = path_of(environ)
    level = logging.ERROR if status >= 500 else logging.INFO
    method = str(environ.get("REQUEST_METHOD", ""))[:LONGEST]
    asked: dict[str, Any] = {
        "requestMethod": method,
        "requestUrl": path,
        "status": status,
        "latency": f"{seconds:.6f}s",
        "remoteIp": environ.get("REMOTE_ADDR", ""),
        "userAgent": environ.get("HTTP_USER_AGENT", "")[:LONGEST],
        "protocol": environ.get("SERVER_PROTOCOL", ""),
    }
    if sent_bytes is not None:
        asked["responseSize"] = str(sent_bytes)
    actor = environ.get("modelyard.asked_by")
    known = {
        "route": environ.get(ROUTE),
        "actor": actor.kind if actor is not None else "unknown",
        "run": environ.get(RUN),
        "fault": environ.get(FAULT),
    }
    members = {"httpRequest": asked, "seconds": round(seconds, 6)}
    members |= {name: value for name, value in known.items() if value}
    text = f"{method} {path} {status} {seconds * 1000:.1f} ms"
    log.log(level, "%s", text, extra={FIELDS: members})


def path_of(environ: Mapping[str, Any]) -> str:
    """Give the path, without the secret that some addresses hold."""
    path = str(environ.get("PATH_INFO", ""))
    plain = posixpath.normpath("/" + path.lstrip("/"))
    for prefix in SECRET_ROUTES:
        if plain.startswith(prefix):
            return f"{prefix}..."
    try:
        path = path.encode("latin-1").decode()
    except UnicodeError:
        path = ascii(path)[1:-1]
    return path[:LONGEST]


def members_of(ids: RequestIds) -> dict[str, str]:
    """Give the members by which all lines of a request are found again."""
    return {
        "requestId": ids.request,
        "logging.googleapis.com/trace": ids.trace,
        "logging.googleapis.com/spanId": ids.span,
    }

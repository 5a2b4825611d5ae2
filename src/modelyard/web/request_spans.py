"""Requests as spans: what they are called, and what is told of them."""

from typing import TYPE_CHECKING, Any

from modelyard.web.admission import ALWAYS
from modelyard.web.journal import FAULT, ROUTE, RUN, path_of

if TYPE_CHECKING:
    from modelyard.traces.otlp import RequestSpan, Spans

SENT = {"traceparent": "HTTP_TRACEPARENT", "tracestate": "HTTP_TRACESTATE"}
METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"}
)


def begin_span(spans: "Spans | None", environ: dict[str, Any]) -> "RequestSpan | None":
    """Begin the span of a request; probes of its health are none.

    The query is left out, and the secrets that some addresses hold: people write what is theirs
    into them.
    """
    if spans is None or environ["PATH_INFO"].startswith(ALWAYS):
        return None
    headers = {name: environ[key] for name, key in SENT.items() if key in environ}
    method = environ["REQUEST_METHOD"]
    return spans.of_request(
        method if method in METHODS else "_OTHER",
        headers,
        {"url.path": path_of(environ), "url.scheme": str(environ.get("wsgi.url_scheme", ""))},
    )


def end_span(span: "RequestSpan", environ: dict[str, Any], status: int) -> None:
    """End it, named by its route, with the run that it started and the id of a fault of ours."""
    method, route = environ["REQUEST_METHOD"], environ.get(ROUTE)
    known = {
        "http.route": route,
        "modelyard.run.id": environ.get(RUN),
        "modelyard.fault": environ.get(FAULT),
    }
    name = f"{method if method in METHODS else 'HTTP'} {route}" if route else "HTTP"
    span.end(name, status, {key: str(value) for key, value in known.items() if value})

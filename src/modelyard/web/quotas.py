"""Requests of tokens are counted before all else: a token whose quota is used up waits.

What is refused takes no place, opens nothing and asks no database until the next span begins.
"""

import json
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from modelyard import metrics
from modelyard.errors import ModelyardError, Throttled
from modelyard.web.admission import ALWAYS, REFUSED
from modelyard.web.askers import bearer_token
from modelyard.web.headers import HEADERS
from modelyard.web.live import LiveServices

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class WithinQuota:
    """Stands before the application, and passes on what a token may still ask."""

    def __init__(self, app: "WSGIApplication", live: LiveServices) -> None:
        self.app = app
        self._live = live

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Pass a request on, or say when to ask again; tokens that do not hold are told inside."""
        token = bearer_token(environ) if "HTTP_AUTHORIZATION" in environ else None
        if token is None or environ["PATH_INFO"].startswith(ALWAYS):
            return self.app(environ, start_response)
        try:
            self._live.records.accounts.tokens.spend(token)
        except Throttled as fault:
            return refuse(fault, environ, start_response)
        except ModelyardError:
            pass
        return self.app(environ, start_response)


def refuse(
    fault: Throttled, environ: "WSGIEnvironment", start_response: "StartResponse"
) -> list[bytes]:
    """Say that a quota is used up: 429, and when the next span begins."""
    content = {
        "type": "/docs/errors#429",
        "title": "Too many requests",
        "status": 429,
        "detail": fault.why,
        "instance": str(environ.get("PATH_INFO", ""))[:200],
        "where": fault.where,
        "cure": fault.cure,
    }
    body = json.dumps(content).encode()
    start_response(
        "429 Too Many Requests",
        [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Retry-After", str(math.ceil(fault.wait_s))),
            ("Cache-Control", "no-store"),
            *HEADERS.items(),
        ],
    )
    metrics.observe(REFUSED, str(environ.get("REQUEST_METHOD", "")), 429, 0.0)
    return [body]

"""Every request is counted: how many are under way, and how long each took, by its route."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from modelyard import metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BEGAN = "modelyard.began"
"""In the environ: when the request came, in seconds of the monotonic clock."""
ROUTE = "modelyard.route"
"""In the environ: the rule of the address, for the line in the log."""
UNMATCHED = "unmatched"
"""The route of every address where nothing is."""


class Watch:
    """Stands before the whole application, and knows what is under way in it."""

    def __init__(self, app: "WSGIApplication", folder: Path) -> None:
        self.app = app
        metrics.start(folder)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        """Pass a request on; it is under way until its answer is sent."""
        environ[BEGAN] = time.perf_counter()
        metrics.arrive()
        try:
            answer = self.app(environ, start_response)
        except BaseException:
            metrics.leave()
            raise
        if type(answer) is list:
            metrics.leave()
            return answer
        return UnderWay(answer)


class UnderWay:
    """An answer that is being sent."""

    __slots__ = ("_is_over", "answer")

    def __init__(self, answer: Iterable[bytes]) -> None:
        self.answer = answer
        self._is_over = False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.answer)

    def close(self) -> None:
        """Count it as sent, or given up."""
        if not self._is_over:
            self._is_over = True
            metrics.leave()
        close = getattr(self.answer, "close", None)
        if close is not None:
            close()


def install(app: Flask) -> None:
    """Have all answers of Flask counted; the first to be installed sees the last of each."""

    @app.after_request
    def count(response: Response) -> Response:
        route = request.environ[ROUTE] = route_of_request()
        began = request.environ.get(BEGAN)
        if began is not None:
            seconds = time.perf_counter() - began
            metrics.observe(route, request.method, response.status_code, seconds)
        return response


def route_of_request() -> str:
    """Give the rule of the present address: that of a view, of a function, or none."""
    rule = request.url_rule
    if rule is not None:
        return rule.rule
    route: str = g.get("route", UNMATCHED)
    return route

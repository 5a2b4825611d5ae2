"""Every request is counted: how many are under way, and how long each took, by its route.

Where the settings ask for a log, each leaves a line, and has ids that callers can name; where they
name a collector, each is a span.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from modelyard import logs, metrics, traces
from modelyard.web.admission import Admission, Admitted
from modelyard.web.journal import ROUTE, RUN, members_of, write_line
from modelyard.web.request_ids import ids_of
from modelyard.web.request_spans import begin_span, end_span

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from modelyard.traces.otlp import RequestSpan, Spans

__all__ = ["BEGAN", "ROUTE", "UnderWay", "Watch", "install"]
BEGAN = "modelyard.began"
"""In the environ: when the request came, in seconds of the monotonic clock."""
NAMING = frozenset({"HTTP_X_REQUEST_ID", "HTTP_TRACEPARENT"})
"""Headers by which a caller gives a request a name."""
UNMATCHED = "unmatched"
"""The route of every address where nothing is."""


class Watch:
    """Stands before the whole application, and knows what is under way in it."""

    def __init__(  # noqa: PLR0913, PLR0917 (what stands around an application)
        self,
        app: "WSGIApplication",
        folder: Path,
        shape: logs.Shape = "quiet",
        on_first: Callable[[], None] | None = None,
        admission: Admission | None = None,
        spans: "Spans | None" = None,
    ) -> None:
        self.app = app if admission is None else Admitted(app, admission)
        self._on_first = on_first
        self.has_log = shape != "quiet"
        self.spans = spans
        metrics.start(folder)
        logs.set_up(shape)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        """Pass a request on; it is under way until its answer is sent."""
        environ[BEGAN] = time.perf_counter()
        if self._on_first is not None:
            self._on_first()
            self._on_first = None
        metrics.arrive()
        if self.has_log or self.spans is not None or not NAMING.isdisjoint(environ):
            return self._named(environ, start_response)
        try:
            answer = self.app(environ, start_response)
        except BaseException:
            metrics.leave()
            raise
        if type(answer) is list:
            metrics.leave()
            return answer
        return UnderWay(answer)

    def _named(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        """Pass a request on that has an id."""
        span = begin_span(self.spans, environ)
        ids = ids_of(environ) if span is None else ids_of(environ, *span.ids)
        environ["HTTP_X_REQUEST_ID"] = ids.request
        environ["HTTP_TRACEPARENT"] = ids.traceparent
        started = Started(environ, start_response, ids.request, self.has_log, span)
        with logs.knowing(**members_of(ids)), traces.belonging_to(ids.traceparent):
            try:
                answer = self.app(environ, started)
            except BaseException:
                started.over(logs.knowing())
                raise
            finally:
                if span is not None:
                    span.leave()
        return UnderWay(answer, started, members_of(ids))


class Started:
    """Sees how an answer begins, and writes the line when it is over."""

    def __init__(
        self,
        environ: Any,
        start_response: "StartResponse",
        request_id: str,
        has_log: bool,
        span: "RequestSpan | None" = None,
    ) -> None:
        self.environ = environ
        self._start_response = start_response
        self._request_id = request_id
        self._has_log = has_log
        self._span = span
        self._status = 500
        self._bytes: int | None = None

    def __call__(self, status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
        """Begin the answer, with the id of the request."""
        self._status = int(status[:3])
        length = next((v for name, v in headers if name.lower() == "content-length"), "")
        self._bytes = int(length) if length.isdecimal() else None
        headers = [*headers, ("X-Request-Id", self._request_id)]
        return self._start_response(status, headers, *fault)

    def over(self, known: AbstractContextManager[None]) -> None:
        """Write the line, end the span, and count the request as answered."""
        metrics.leave()
        if self._span is not None:
            end_span(self._span, self.environ, self._status)
        if self._has_log:
            with known:
                seconds = time.perf_counter() - self.environ[BEGAN]
                write_line(self.environ, self._status, self._bytes, seconds)


class UnderWay:
    """An answer that is being sent."""

    __slots__ = ("_is_over", "_known", "_started", "answer")

    def __init__(
        self,
        answer: Iterable[bytes],
        started: Started | None = None,
        known: dict[str, str] | None = None,
    ) -> None:
        self.answer = answer
        self._started = started
        self._known = known
        self._is_over = False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.answer)

    def close(self) -> None:
        """Count it as sent, or given up."""
        close = getattr(self.answer, "close", None)
        try:
            if close is not None:
                close()
        finally:
            if not self._is_over:
                self._is_over = True
                self._end()

    def _end(self) -> None:
        if self._started is None:
            metrics.leave()
        else:
            self._started.over(logs.knowing(**self._known) if self._known else nullcontext())


def install(app: Flask) -> None:
    """Have all answers of Flask counted; the first to be installed sees the last of each."""

    @app.after_request
    def count(response: Response) -> Response:
        environ = request.environ
        run_id = run_of(response)
        if run_id:
            environ[RUN] = run_id
        count_answer(environ, route_of_request(), response.status_code)
        return response


def count_answer(environ: "WSGIEnvironment", route: str, status: int) -> None:
    """Count an answer to a request that came by `Watch`, whichever door gave it."""
    environ[ROUTE] = route
    began = environ.get(BEGAN)
    if began is not None:
        seconds = time.perf_counter() - began
        metrics.observe(route, environ["REQUEST_METHOD"], status, seconds)


def route_of_request() -> str:
    """Give the rule of the present address: that of a view, of a function, or none."""
    rule = request.url_rule
    if rule is not None:
        return rule.rule
    route: str = g.get("route", UNMATCHED)
    return route


def run_of(response: Response) -> str:
    """Give the run that a request is about, or has started; empty for none."""
    named = (request.view_args or {}).get("run_id", "")
    if named or response.status_code != 202:
        return str(named)
    _, _, ending = response.headers.get("Location", "").partition("/api/v1/runs/")
    return ending

"""Who is let in when more ask than a process can answer: a few wait, others are told so at once.

The server has more threads than there are places: those without a place wait here, say no, or tell
the health of the process. So a queue has an end, and whoever is let in is answered soon.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from modelyard import metrics
from modelyard.web.headers import HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST_WAIT_S = 2.0
RETRY_AFTER_S = 1
ALWAYS = "/health/"
"""What is answered however much is asked."""
REFUSED = "refused"
"""The route under which refusals are counted."""


class Admission:
    """The places of a process, and a queue before them."""

    def __init__(self, places: int, waiting: int) -> None:
        self._free = places
        self._room = waiting
        self._changed = threading.Condition()

    def enter(self, longest_wait_s: float = LONGEST_WAIT_S) -> bool:
        """Take a place, and wait for one where others do not fill the queue; tells whether."""
        with self._changed:
            if self._free > 0:
                self._free -= 1
                return True
            if self._room <= 0:
                return False
            self._room -= 1
            try:
                return self._waited(time.monotonic() + longest_wait_s)
            finally:
                self._room += 1

    def leave(self) -> None:
        """Give a place back."""
        with self._changed:
            self._free += 1
            self._changed.notify()

    def _waited(self, until: float) -> bool:
        while self._free <= 0:
            left_s = until - time.monotonic()
            if left_s <= 0:
                return False
            self._changed.wait(left_s)
        self._free -= 1
        return True


class Admitted:
    """Stands before the application, and lets in as many as there are places."""

    def __init__(self, app: "WSGIApplication", admission: Admission) -> None:
        self.app = app
        self._admission = admission

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        """Pass a request on, or say that there is no place."""
        if environ["PATH_INFO"].startswith(ALWAYS):
            return self.app(environ, start_response)
        leave = self._admission.leave
        if not self._admission.enter():
            return refuse(environ, start_response)
        try:
            answer = self.app(environ, start_response)
        except BaseException:
            leave()
            raise
        if type(answer) is list:
            leave()
            return answer
        return InPlace(answer, leave)


class InPlace:
    """An answer that keeps its place until it is sent, or given up."""

    __slots__ = ("_leave", "answer")

    def __init__(self, answer: Iterable[bytes], leave: Callable[[], None]) -> None:
        self.answer = answer
        self._leave: Callable[[], None] | None = leave

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.answer)

    def close(self) -> None:
        """Give the place back, once."""
        leave, self._leave = self._leave, None
        try:
            close = getattr(self.answer, "close", None)
            if close is not None:
                close()
        finally:
            if leave is not None:
                leave()


def refuse(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
    """Say that there is no place: 503, and when to ask again."""
    content = {
        "type": "/docs/errors#503",
        "title": "Not available",
        "status": 503,
        "detail": "more is asked of this process than it can answer.",
        "instance": str(environ.get("PATH_INFO", ""))[:200],
        "where": "service",
        "cure": "Ask again in a moment.",
    }
    body = json.dumps(content).encode()
    start_response(
        "503 Service Unavailable",
        [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Retry-After", str(RETRY_AFTER_S)),
            ("Cache-Control", "no-store"),
            *HEADERS.items(),
        ],
    )
    metrics.observe(REFUSED, str(environ.get("REQUEST_METHOD", "")), 503, 0.0)
    return [body]

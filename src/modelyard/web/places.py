"""Threads that others may hold up: with bodies that arrive slowly, and answers that nobody reads.

A web process has a few threads. Callers who wait, streams, long answers and bodies take places,
of which there are two fewer than threads: a page and `/health` are always answered.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from modelyard.errors import Unavailable
from modelyard.web import problems
from modelyard.web.live import live
from modelyard.web.needs import is_for_a_file

if TYPE_CHECKING:
    from modelyard.answers import Answers

BODIES = "modelyard.bodies"
"""Where an application has its `BodyPlaces`."""
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
ONE_PIECE = 512 * 1024
"""Bytes of an answer that the server takes at once, however slowly the caller reads."""
KEPT_FOR_BODIES = 1
"""So that people can sign in while all others wait."""
SLOW_BODY_S = 0.1
"""A body that is read for longer than that has not arrived yet."""
LONGEST_BODY_WAIT_S = 0.5


class Place:
    """Something taken that is given back once, whoever does it first."""

    def __init__(self, release: Callable[[], object]) -> None:
        self._release: Callable[[], object] | None = release
        self._lock = threading.Lock()

    def give_back(self) -> None:
        """Free the place."""
        with self._lock:
            release, self._release = self._release, None
        if release is not None:
            release()


class Held:
    """The pieces of an answer, with the place that is given back after the last one."""

    def __init__(self, pieces: Iterable[bytes], place: Place) -> None:
        self._pieces = pieces
        self._next = iter(pieces).__next__
        self._place = place

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Give the next piece."""
        try:
            return self._next()
        except BaseException:
            self._place.give_back()
            raise

    def close(self) -> None:
        """Close the pieces, and free the place."""
        try:
            _close(self._pieces)
        finally:
            self._place.give_back()


class BodyPlaces:
    """Places for bodies: one of their own, and those of everybody who waits."""

    def __init__(self, own: int) -> None:
        self._own = [threading.Lock() for _ in range(own)]
        self.began: dict[object, float] = {}
        """When each body that has a place began to be read."""
        self._waiting = 0
        self._changed = threading.Condition()

    def taken(self, answers: "Answers") -> "Taken":
        """Hold a place as long as the block lasts.

        Where none is free, it waits for bodies that have begun to be read just now: those that
        have arrived are read at once. Raises Unavailable where all places are held by slow ones.
        """
        return Taken(self, answers)

    def take(self, answers: "Answers") -> Callable[[], object]:
        """Take a place, and give what frees it; raises as `taken` does."""
        return self._find(answers) or self._wait(answers)

    def tell(self) -> None:
        """Tell one who waits that a place is free."""
        if self._waiting:
            with self._changed:
                self._changed.notify()

    def _find(self, answers: "Answers") -> Callable[[], object] | None:
        for lock in self._own:
            if lock.acquire(blocking=False):
                return lock.release
        place = find_place(answers)
        return None if place is None else place.give_back

    def _wait(self, answers: "Answers") -> Callable[[], object]:
        """Wait for a place. Who frees one looks at `_waiting` after, who waits tries after."""
        until = time.monotonic() + LONGEST_BODY_WAIT_S
        with self._changed:
            self._waiting += 1
            try:
                while True:
                    release = self._find(answers)
                    if release is not None:
                        return release
                    newest = max(list(self.began.values()), default=0.0)
                    left = min(newest + SLOW_BODY_S, until) - time.monotonic()
                    if left <= 0:
                        raise Unavailable(
                            "request body",
                            "too many requests are still being sent to this process.",
                            "Send it again in a few seconds.",
                        )
                    self._changed.wait(left)
            finally:
                self._waiting -= 1


class Taken:
    """A place for a body, for the time of a block."""

    __slots__ = ("_answers", "_places", "_release")

    def __init__(self, places: BodyPlaces, answers: "Answers") -> None:
        self._places = places
        self._answers = answers

    def __enter__(self) -> None:
        self._release = self._places.take(self._answers)
        self._places.began[self] = time.monotonic()

    def __exit__(self, *_: object) -> None:
        del self._places.began[self]
        self._release()
        self._places.tell()


def install(app: Flask, threads: int) -> None:
    """Have bodies read before anything else is done, and long answers counted."""
    places = BodyPlaces(KEPT_FOR_BODIES if threads > 2 else 0)
    app.extensions[BODIES] = places

    @app.before_request
    def read_body() -> None:
        environ = request.environ
        if has_no_body(environ):
            environ["wsgi.input"] = BytesIO()
            return
        if is_for_a_file(app, request.endpoint):
            return
        with places.taken(live().answers):
            request.get_data(cache=True)

    @app.after_request
    def count_long_answers(response: Response) -> Response:
        return _counted(response)


def find_place(answers: "Answers") -> Place | None:
    """Take one of the places for those who wait; None where none is free."""
    with ExitStack() as stack:
        if stack.enter_context(answers.seat()):
            return Place(stack.pop_all().close)
    return None


def hold(response: Response, place: Place) -> None:
    """Have an answer keep its place until it is sent, or its caller is gone."""
    g.has_place = True
    response.response = Held(response.response, place)  # type: ignore[arg-type]


def has_no_body(environ: dict[str, Any]) -> bool:
    """Tell whether the request says that it has no body; over HTTP/2 not every one says so."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return False
    length = environ.get("CONTENT_LENGTH", "")
    return length == "0" or (not length and environ["REQUEST_METHOD"] in BODILESS)


def _counted(response: Response) -> Response:
    """Give an answer in one piece where it is short; a long one needs a place, or is refused."""
    is_empty = request.method == "HEAD" or response.status_code in {204, 304}
    if is_empty or response.is_sequence or g.get("has_place"):
        return response
    length = response.content_length
    if length is not None and length <= ONE_PIECE:
        pieces = response.response
        response.direct_passthrough = False
        response.set_data(b"".join(response.iter_encoded()))
        _close(pieces)
        return response
    place = find_place(live().answers)
    if place is not None:
        hold(response, place)
        return response
    response.close()
    return problems.answer_known(
        Unavailable(
            "long answers",
            "no thread of this process is free to send one.",
            "Ask again in a few seconds, or for less.",
        )
    )


def _close(pieces: object) -> None:
    close = getattr(pieces, "close", None)
    if close is not None:
        close()

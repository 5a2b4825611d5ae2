"""What happens to a run, as it happens: a stream of server-sent events, or a list."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from modelyard.errors import Invalid, NotFound, Unavailable
from modelyard.runs.run import Event
from modelyard.web import guard
from modelyard.web.live import live
from modelyard.web.needs import decides_itself
from modelyard.web.places import hold
from modelyard.web.query import Query
from modelyard.web.replies import JSON, hashed
from modelyard.web.run_answers import ROOT, event_content, written
from modelyard.web.run_discretion import is_told_names, without_names
from modelyard.web.run_rights import get_seen, right_to
from modelyard.web.run_streams import EventWatch, share_of, streams

if TYPE_CHECKING:
    from modelyard.runs.runs import Runs

STREAM = "text/event-stream"
LONGEST_S = 60.0
"""How long a stream lasts before the client has to come again, so that servers can be stopped."""
HEARTBEAT_S = 10.0
RIGHT_S = 1.0
"""How often a stream looks whether its reader may still see the run."""
AT_ONCE = 500
RETRY = "retry: 1000\n\n"
blueprint = Blueprint("run_events", __name__, url_prefix=ROOT)


@blueprint.get("/<run_id>/events")
@decides_itself
def get_events(run_id: str) -> Response:
    """Give what happened after an event, and go on as more happens."""
    query = Query(request.args, "after", "format", "limit")
    after = _after(query)
    limit = query.integer("limit", AT_ONCE, 1, AT_ONCE)
    run = get_seen(run_id)
    if not _wants_stream(query):
        events = live().records.runs.events(run.id, after, limit)
        return hashed({"events": [event_content(event) for event in events]})
    if run.is_over and after and not live().records.runs.events(run.id, after, 1):
        return Response(status=204)
    return _stream(run.id, after)


def _stream(run_id: str, after: int) -> Response:
    """Answer with a stream that holds one of the few seats until it ends.

    A server that answers one request at a time is not held up: it gives what there is, and the
    client comes again. Raises Unavailable where all seats are taken.
    """
    runs, places = live().records.runs, streams()
    is_alone = not request.environ.get("wsgi.multithread", False)
    seat = (
        None if is_alone or request.method == "HEAD" else places.take_seat(share_of(guard.asker()))
    )
    if seat is None:
        answer = Response(_known(runs, run_id, after), mimetype=STREAM)
    else:
        stream = EventStream(runs, places.watch, run_id, right_to(run_id), is_told_names())
        answer = Response(stream.pieces(after), mimetype=STREAM)
        hold(answer, seat)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


@dataclass(frozen=True)
class EventStream:
    """The events of a run as they come."""

    runs: "Runs"
    watch: EventWatch
    run_id: str
    is_allowed: Callable[[], bool]
    """Whether the one who asked may still see the run."""
    has_names: bool
    longest_s: float = LONGEST_S
    heartbeat_s: float = HEARTBEAT_S

    def pieces(self, after: int) -> Iterator[str]:
        """Write events until the run is over or `longest_s` seconds have passed.

        A database that cannot be reached ends the stream; the client comes again. So does the
        end of the right to see the run.
        """
        yield RETRY
        until = time.monotonic() + self.longest_s
        with self.watch.following(self.run_id, after):
            while (left := until - time.monotonic()) > 0:
                events = self._events(after)
                if events is None:
                    return
                for event in events:
                    yield as_text(event, self.has_names)
                    after = event.number
                    if event.kind == "completed":
                        return
                pause = min(self.heartbeat_s, left)
                if not events and not self._is_more(after, pause):
                    yield ": still here\n\n"

    def _events(self, after: int) -> list[Event] | None:
        """Give what happened since; None where the stream is to end."""
        try:
            return self.runs.events(self.run_id, after, AT_ONCE) if self.is_allowed() else None
        except (Unavailable, NotFound):
            return None

    def _is_more(self, after: int, pause: float) -> bool:
        """Wait for an event, and look each second whether the right has ended."""
        until = time.monotonic() + pause
        while (left := until - time.monotonic()) > 0:
            if self.watch.wait(self.run_id, after, min(left, RIGHT_S)):
                return True
            if left > RIGHT_S and not self._is_still_allowed():
                return True
        return False

    def _is_still_allowed(self) -> bool:
        try:
            return self.is_allowed()
        except Unavailable:
            return False


def as_text(event: Event, has_names: bool) -> str:
    """Write an event as the standard of server-sent events does; JSON has no line breaks."""
    told = event.content if has_names else without_names(event.content)
    content = {"at": written(event.at), **told}
    data = json.dumps(content, ensure_ascii=False)
    return f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"


def _known(runs: "Runs", run_id: str, after: int) -> str:
    events = runs.events(run_id, after, AT_ONCE)
    return RETRY + "".join(as_text(event, is_told_names()) for event in events)


def _after(query: Query) -> int:
    """Read the number of the last event that the client has; raises Invalid."""
    given = request.headers.get("Last-Event-ID", "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Invalid("Last-Event-ID header", f"'{given[:50]}' is not the number of an event.")
    return int(given) if given else query.integer("after", 0, 0, 10**9)


def _wants_stream(query: Query) -> bool:
    asked = query.text("format")
    if asked not in {"", "json", "stream"}:
        raise Invalid("parameter 'format'", f"'{asked[:50]}' is not known.", "Known: json, stream.")
    if asked:
        return asked == "stream"
    return request.accept_mimetypes.best_match([STREAM, JSON], default=STREAM) == STREAM

"""Streams of events: how many there may be, and one thread that looks for all of them."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import current_app

from modelyard.accounts.actor import Actor
from modelyard.errors import Unavailable
from modelyard.web.live import live
from modelyard.web.places import Place, find_place

if TYPE_CHECKING:
    from modelyard.answers import Answers
    from modelyard.runs.runs import Runs

STREAMS = "modelyard.streams"
LOOK_EVERY_S = 0.3
MOST_EACH = 2
"""Streams of one person, or of one network address where nobody is signed in."""
CURE = "Ask again later, or ask for the run itself: GET /api/v1/runs/ID?wait=30."
PAUSE_S = 2.0
"""How long nothing is asked of a database that cannot be reached."""
log = logging.getLogger(__name__)


@dataclass
class Followed:
    """A run that streams follow."""

    newest: int
    """The highest number of an event that is known to this process."""
    readers: int = 0


@dataclass
class EventWatch:
    """Tells streams when there is something new of their run.

    Many streams cost the database no more questions than there are runs that they follow.
    """

    runs: "Callable[[], Runs]"
    _followed: dict[str, Followed] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    @contextmanager
    def following(self, run_id: str, after: int) -> Iterator[None]:
        """Have a run looked at as long as the block lasts."""
        with self._changed:
            self._followed.setdefault(run_id, Followed(after)).readers += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, daemon=True, name="run-events")
                self._thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._followed[run_id].readers -= 1
                if not self._followed[run_id].readers:
                    del self._followed[run_id]
                self._changed.notify_all()

    def wait(self, run_id: str, after: int, timeout_s: float) -> bool:
        """Wait until a followed run has an event with a number above `after`; False if not."""
        with self._changed:
            followed = self._followed[run_id]
            followed.newest = max(followed.newest, after)
            return self._changed.wait_for(lambda: followed.newest > after, timeout_s)

    def _look(self) -> None:
        pause = LOOK_EVERY_S
        while True:
            with self._changed:
                self._changed.wait_for(lambda: not self._followed, pause)
                if not self._followed:
                    self._thread = None
                    return
                asked = {run_id: one.newest for run_id, one in self._followed.items()}
            try:
                found = self._newer(asked)
                pause = LOOK_EVERY_S
            except Unavailable:
                found, pause = {}, PAUSE_S
            except Exception:
                log.exception("looking for events of runs")
                found, pause = {}, PAUSE_S
            self._tell(found)

    def _newer(self, asked: dict[str, int]) -> dict[str, int]:
        runs = self.runs()
        pairs = ((run_id, runs.events(run_id, after, 1)) for run_id, after in asked.items())
        return {run_id: events[0].number for run_id, events in pairs if events}

    def _tell(self, found: dict[str, int]) -> None:
        with self._changed:
            for run_id, number in found.items():
                followed = self._followed.get(run_id)
                if followed is not None:
                    followed.newest = max(followed.newest, number)
            if found:
                self._changed.notify_all()


class Streams:
    """The streams of this process: a few, so that its threads can answer others."""

    def __init__(self, most: int, watch: EventWatch, answers: "Answers") -> None:
        self.most = most
        self.watch = watch
        self.answers = answers
        self._free = threading.BoundedSemaphore(most) if most > 0 else None
        self._of: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take_seat(self, who: str) -> Place | None:
        """Take a place, and one of those for callers who wait for answers.

        None where this process has no threads for streams at all. Raises Unavailable where all
        places are taken, or the share of `who` is; nobody named has all.
        """
        if self._free is None:
            return None
        with ExitStack() as stack:
            if who:
                self._count(who)
                stack.callback(self._discount, who)
            if self._free.acquire(blocking=False):
                stack.callback(self._free.release)
                place = find_place(self.answers)
                if place is not None:
                    stack.callback(place.give_back)
                    return Place(stack.pop_all().close)
        raise Unavailable(
            "event streams",
            f"this process has {self.most} at most, and no place is free.",
            CURE,
        )

    def _count(self, who: str) -> None:
        with self._lock:
            if self._of[who] >= MOST_EACH:
                raise Unavailable("event streams", f"you have {MOST_EACH} already.", CURE)
            self._of[who] += 1

    def _discount(self, who: str) -> None:
        with self._lock:
            self._of[who] -= 1
            if not self._of[who]:
                del self._of[who]


def share_of(actor: Actor) -> str:
    """Name the one who shares their places among their streams: a person, or an address.

    The person at this computer shares with nobody.
    """
    return "" if actor.kind == "laptop" else actor.user_id or f"address {actor.address}"


def streams() -> Streams:
    """Give the streams of the application that answers this request."""
    extensions = current_app.extensions
    if STREAMS not in extensions:
        current = live()
        watch = EventWatch(lambda: current.records.runs)
        threads = current.services.settings.threads
        extensions.setdefault(STREAMS, Streams(max(0, threads - 3), watch, current.answers))
    return cast("Streams", extensions[STREAMS])

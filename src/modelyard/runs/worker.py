"""A worker: takes runs that wait, does them, and looks after those of workers that ended."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from modelyard.db import Database
from modelyard.errors import ModelyardError, Unavailable
from modelyard.runs.durable import Durable
from modelyard.runs.helping import Helping
from modelyard.runs.identity import Identity, own_identity
from modelyard.runs.joining import join
from modelyard.runs.pace import Limits, Pace
from modelyard.runs.performing import Performer
from modelyard.runs.reaper import Reaper
from modelyard.runs.runs import Runs
from modelyard.runs.schedules import Schedules
from modelyard.runs.store_claims import Claims
from modelyard.runs.store_instances import Instances

log = logging.getLogger(__name__)
HEAVY, QUICK = "heavy", "quick"
HAND_OVER_S = 6.0


class TakenForDead(Exception):
    """The others have taken over the runs of this worker: it must begin anew."""


@dataclass
class Worker:
    """One worker process. `run` returns when `stop` was called."""

    runs: Runs
    performer: Performer
    identity: Identity
    pace: Pace
    limits: Limits
    schedules: Schedules
    durable: Durable = field(init=False)
    reaper: Reaper = field(init=False)
    instances: Instances = field(init=False)
    helping: Helping = field(init=False)
    _stop: threading.Event = field(default_factory=threading.Event)
    _dead: threading.Event = field(default_factory=threading.Event)
    _due: dict[str, float] = field(default_factory=dict)
    _stray: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.instances = Instances(self.database)
        self.helping = Helping(self.performer, self.pace.help_after_s)
        self.durable = Durable(self.database, self.identity.id, self.performer.perform)
        self.reaper = Reaper(
            self.instances,
            self.durable,
            self.identity.id,
            self._queue_of,
            self.pace.dead_after_s,
            self.clock,
        )

    @property
    def database(self) -> Database:
        """Where the runs are."""
        return self.runs.database

    @property
    def clock(self) -> Callable[[], datetime]:
        """What gives the time."""
        return self.runs.clock

    def run(self) -> None:
        """Work until stopped.

        Raises Conflict where this machine may not use the database, Unavailable where it cannot be
        reached at the start, and TakenForDead where the process stood still for too long.
        """
        join(self.instances, self.identity, self.clock, self.pace.dead_after_s)
        self.durable.launch({QUICK: self.limits.quick, HEAVY: self.limits.heavy}, self._poll_s)
        log.info("worker %s is ready", self.identity.id)
        threading.Thread(target=self._beat_always, name="beat", daemon=True).start()
        while not self._stop.wait(self.pace.look_s):
            if self._dead.is_set():
                self.performer.stop()
                raise TakenForDead(self.identity.id)
            self._guarded(self._look)
        self._leave()

    def stop(self) -> None:
        """Take nothing any more, and end within seconds."""
        self._stop.set()

    @property
    def _poll_s(self) -> float:
        return self.pace.recovered_s

    def _look(self) -> None:
        self._dispatch()
        if self._is_due("cancel", self.pace.cancel_s) and self.performer.current:
            for run_id in self.performer.claims.asked_to_end():
                execution = self.performer.current.get(run_id)
                if execution is not None:
                    execution.end("cancelled")
        if self._is_due("help", self.pace.help_s):
            self.helping.look(self.performer.claims.is_waiting())
        if self._is_due("schedule", self.pace.schedule_s):
            self.schedules.look(self.runs)
        if self._is_due("forget", self.pace.forget_s):
            self._forget()

    def _dispatch(self) -> None:
        slots, claims = self.performer.slots, self.performer.claims
        if not (slots.free(True) or slots.free(False)) or not claims.is_waiting():
            return
        kinds = self.runs.kinds()
        for is_quick in (True, False):
            names = [name for name, kind in kinds.items() if kind.is_quick == is_quick]
            most = slots.free(is_quick)
            if not names or not most:
                continue
            taken = claims.take(names, most, self.clock())
            for run_id, _ in taken:
                slots.book(run_id, is_quick)
            for run_id, attempt in taken:
                self._start(run_id, attempt)

    def _start(self, run_id: str, attempt: int) -> None:
        try:
            self.durable.start(run_id, attempt)
        except Exception:  # it goes back as a stray
            self.performer.slots.cancel(run_id)
            log.exception("run %s could not be started", run_id)

    def _beat_always(self) -> None:
        while not self._stop.wait(self.pace.beat_s):
            self._guarded(self._beat)

    def _beat(self) -> None:
        try:
            if not self.instances.beat(self.identity.id, self.clock()):
                self._dead.set()
                return
            self.reaper.look()
            self._release_strays()
        except Unavailable:
            self.reaper.forget_what_was_seen()
            raise

    def _release_strays(self) -> None:
        """Give back what is in our hands by the books, but not in fact, at two looks in a row."""
        claims = self.performer.claims
        stray = claims.held() - self.performer.slots.known()
        if again := stray & self._stray:
            log.warning("runs without work go back: %s", ", ".join(sorted(again)))
            claims.release(self.clock(), (), again)
        self._stray = stray

    def _forget(self) -> None:
        self.runs.forget_old(self.limits.kept_days)
        before = self.clock() - timedelta(seconds=self.pace.forget_s)
        while self.durable.forget_ended(before.isoformat()):
            pass

    def _leave(self) -> None:
        """Hand everything over; in a thread, so that a database that is gone does not hold us."""
        self.helping.stop()
        self.performer.stop()
        thread = threading.Thread(target=self._guarded, args=(self._hand_over,), daemon=True)
        thread.start()
        thread.join(HAND_OVER_S)

    def _hand_over(self) -> None:
        self.durable.stop()
        self.instances.leave(self.identity.id, self.clock())
        self.reaper.take_over(self.identity.id)

    def _guarded(self, act: Callable[[], None]) -> None:
        """Act; a fault is said, and the worker goes on."""
        try:
            act()
        except ModelyardError as fault:
            log.warning("%s", fault)
            self._stop.wait(self.pace.beat_s / 2)
        except Exception:
            log.exception("the worker goes on")
            self._stop.wait(self.pace.beat_s / 2)

    def _is_due(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every_s
        return True

    def _queue_of(self, kind: str) -> str:
        known = self.runs.kinds().get(kind)
        return QUICK if known is not None and known.is_quick else HEAVY


def claims_for(database: Database) -> tuple[Identity, Claims]:
    """Name this process, and give what it may do to the tables of runs."""
    identity = own_identity()
    return identity, Claims(database, identity.id)

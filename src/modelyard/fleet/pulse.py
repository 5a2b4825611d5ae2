"""What a process says of itself: that it lives, what it does, and once a minute how much it did."""

import atexit
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from modelyard.errors import ModelyardError
from modelyard.fleet.load import Meter, growth, totals
from modelyard.fleet.member import BEAT_S, Member
from modelyard.fleet.packed import packed
from modelyard.fleet.sample import MINUTE_S, Sample
from modelyard.metrics import own_counts
from modelyard.metrics.families import Counts

if TYPE_CHECKING:
    from modelyard.fleet.store import FleetStore

log = logging.getLogger(__name__)
TIDY_EVERY_S = 900.0
BEATS_PER_SAMPLE = 6
SHORTEST_S = 1.0
"""What was done within less, before the end, is not told."""
LEAVE_S = 2.0
"""How long a process that ends waits for the database."""


@dataclass
class Pulse:
    """Beats in a thread of its own, until the process ends."""

    store: Callable[[], "FleetStore"]
    """Gives the store, once the database is opened; raises Unavailable where it cannot be."""
    member: Member
    on_drain: Callable[[bool], None] = lambda _: None
    """Is told at each beat whether this process is to take no more requests."""
    beat_s: float = BEAT_S
    _stop: threading.Event = field(default_factory=threading.Event)
    _is_joined: bool = False
    _meter: Meter = field(default_factory=lambda: Meter(own_counts))
    _sampled: tuple[float, Counts] | None = None
    _tidied_s: float = 0.0

    def begin(self) -> None:
        """Beat from now on."""
        self._tidied_s = time.monotonic()
        threading.Thread(target=self._beat_always, name="pulse", daemon=True).start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Beat no more, and say so, once; a database that is gone is not waited for."""
        is_first = not self._stop.is_set()
        self._stop.set()
        if self._is_joined and is_first:
            thread = threading.Thread(target=self._leave, daemon=True)
            thread.start()
            thread.join(LEAVE_S)

    def beat(self) -> None:
        """Say once that this process lives. Raises Unavailable where the database is not there."""
        store, load = self.store(), self._meter.look()
        content = msgspec.to_builtins(load)
        if not self._is_joined:
            store.join(self.member)
            self._is_joined = True
        known = store.beat(self.member.id, content)
        if known is None:  # forgotten, as after a night in which the machine slept
            store.join(self.member)
            known = store.beat(self.member.id, content)
        self.on_drain(known is not None and known.drain_asked_at is not None)
        self.sample(store, min(MINUTE_S, BEATS_PER_SAMPLE * self.beat_s))

    def sample(self, store: "FleetStore", every_s: float = MINUTE_S) -> None:
        """Keep how much was done, once in a minute, where there was anything."""
        now_s, counts = time.monotonic(), own_counts()
        if self._sampled is None:
            self._sampled = (now_s, counts)
            return
        passed_s = now_s - self._sampled[0]
        if passed_s < every_s:
            return
        grown = growth(self._sampled[1], counts)
        requests, errors, steps = totals(grown)
        at = store.now() - timedelta(seconds=passed_s)
        store.add_sample(
            Sample(
                at=at,
                span_s=max(1, round(passed_s)),
                members=1,
                requests=requests,
                errors=errors,
                busy_s=steps[0],
                counts=packed(grown),
            )
        )
        self._sampled = (now_s, counts)
        if now_s - self._tidied_s > TIDY_EVERY_S:
            self._tidied_s = now_s
            store.tidy()

    def _beat_always(self) -> None:
        pause_s = 0.5
        while not self._stop.wait(pause_s):
            pause_s = self.beat_s
            try:
                self.beat()
            except ModelyardError as fault:
                log.warning("the fleet does not hear of this process: %s", fault)
            except Exception:
                log.exception("the fleet does not hear of this process")

    def _leave(self) -> None:
        try:
            store = self.store()
            self.sample(store, SHORTEST_S)
            store.leave(self.member.id)
        except ModelyardError:
            return


def own_member(kind: str, name: str, address: str, zone: str, version: str) -> Member:
    """Describe this process; each call gives another id, however many have the same name."""
    now = datetime.now().astimezone()
    parent = os.getppid() if kind == "web" else os.getpid()
    return Member(
        id=f"{name[:40]}-{os.getpid()}-{secrets.token_hex(4)}",
        kind=kind,
        name=name[:255],
        party=f"{name[:200]}|{address[:60]}|{parent}",
        zone=zone[:100],
        address=address[:300],
        pid=os.getpid(),
        version=version,
        started_at=now,
        seen_at=now,
        left_at=None,
        drain_asked_at=None,
        load={},
    )

"""One process of the fleet, as the others see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from modelyard.fleet.load import Load

BEAT_S = 10.0
"""How often a process says that it lives."""
SILENT_AFTER_S = 35.0
"""Silence after which it counts as gone: three beats that did not come, and some."""
State = Literal["running", "draining", "silent", "left"]


@dataclass(frozen=True, kw_only=True)
class Member:
    """A process that serves or works."""

    id: str
    kind: str
    """`web` or `worker`."""
    name: str
    """Of its machine or container; several may have the same."""
    party: str
    """The same for processes that one command has started, and that drain together."""
    zone: str
    address: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    left_at: datetime | None
    drain_asked_at: datetime | None
    load: Mapping[str, Any]

    def state(self, now: datetime) -> State:
        """Say how it is, by the clock of the database."""
        if self.left_at is not None:
            return "left"
        if now - self.seen_at > timedelta(seconds=SILENT_AFTER_S):
            return "silent"
        return "running" if self.drain_asked_at is None else "draining"

    def uptime_s(self, now: datetime) -> float:
        """Give the seconds since it began, until now or until it was seen last."""
        end = min(self.left_at or now, now) if self.state(now) != "silent" else self.seen_at
        return max(0.0, (end - self.started_at).total_seconds())

    def there_until(self, now: datetime) -> datetime:
        """Give when it was there last: now, unless it has left or fallen silent."""
        state = self.state(now)
        if state == "left" and self.left_at is not None:
            return self.left_at
        return self.seen_at if state == "silent" else now

    @property
    def doing(self) -> Load:
        """Give its load as it said it last."""
        try:
            return msgspec.convert(self.load, Load)
        except msgspec.ValidationError:
            return Load()

"""A run: work that was asked for, how it stands, and what it left."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from modelyard.runs.fault import Fault

State = Literal["queued", "running", "succeeded", "failed", "cancelled"]
STATES: tuple[State, ...] = ("queued", "running", "succeeded", "failed", "cancelled")
OVER: tuple[State, ...] = ("succeeded", "failed", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One piece of work as the database knows it."""

    id: str
    kind: str
    title: str
    request: Mapping[str, Any]
    """What is to be done, with every parameter filled in."""
    resource_kind: str = ""
    resource_name: str = ""
    """What the run is about, such as `dataset` and `flights`; empty where it is about nothing."""
    resource_digest: str = ""
    """Of where that came from when the run was asked for; another of the same name has another."""
    started_by: str = ""
    """Who asked for it, as lists show them; empty for a schedule."""
    started_by_id: str = ""
    state: State
    done: float = 0.0
    """The share (0 to 1) that is finished."""
    label: str = ""
    """What it does at the moment."""
    attempt: int = 0
    """How often a worker has begun it; more than 1 where workers died or were stopped."""
    worker: str = ""
    created_at: datetime
    began_at: datetime | None = None
    ended_at: datetime | None = None
    cancel_asked_at: datetime | None = None
    retry_of: str = ""
    schedule: str = ""
    passport: Mapping[str, Any] | None = None
    """What it takes to recompute it; there once it has succeeded."""
    fault: Fault | None = None
    traceparent: str | None = None
    """The trace of the request that asked for it, where it had one."""

    @property
    def is_over(self) -> bool:
        """Whether it will not change any more."""
        return self.state in OVER

    @property
    def is_cancelling(self) -> bool:
        """Whether somebody asked to end it, and it is not ended yet."""
        return self.cancel_asked_at is not None and not self.is_over


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a run."""

    number: int
    """Counts up from 1 in each run, without gaps."""
    at: datetime
    kind: Literal["start", "progress", "log", "cancel", "completed"]
    content: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RunFile:
    """A file that a run made."""

    name: str
    media_type: str
    bytes: int
    digest: str
    """The SHA-256 of the content."""
    blob: str
    """Its name in the store."""


def new_id() -> str:
    """Name a run: 32 hexadecimal digits that sort by the time they were made."""
    return f"{int(time.time() * 1000):012x}{secrets.token_hex(10)}"

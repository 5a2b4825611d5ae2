"""The schedules as people see them: when each is due, what it last did, and what keeps it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from modelyard.errors import ModelyardError
from modelyard.runs.kinds import Checked, Kind, find_kind
from modelyard.runs.run import Run
from modelyard.runs.runs import Runs
from modelyard.runs.schedules import next_time, rule_of
from modelyard.runs.store_schedules import DueTimes
from modelyard.workspace.config import ScheduleConfig

KEYS = {"kind": ("run",), "cron": ("cron",), "timezone": ("timezone",)}
"""Where in a schedule stands what a fault names."""


@dataclass(frozen=True)
class ScheduleFault:
    """What keeps a schedule from starting a run."""

    key: tuple[str, ...]
    """The key of its section that is at fault, such as `cron`, or `request`, `dataset`."""
    error: ModelyardError


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One schedule, and how it stands."""

    name: str
    config: ScheduleConfig
    checked: Checked | None
    """What it asks for; None where its kind refuses that."""
    due_at: datetime | None
    """When it starts the next run; None where it cannot."""
    last: Run | None
    """The latest run that it started."""
    fault: ScheduleFault | None


def plan(schedules: Mapping[str, ScheduleConfig], runs: Runs) -> list[Planned]:
    """Say how each schedule stands.

    Raises Unavailable where the database cannot be reached.
    """
    known = DueTimes(runs.database).all() if schedules else {}
    kinds, now = runs.kinds(), runs.clock()
    found = []
    for name, config in schedules.items():
        checked, refused = _look(config, kinds)
        fault = _fault_of_time(config, now) or refused
        due_at = None if fault else _due_at(config, known.get(name)) or next_time(config, now)
        last = next(iter(runs.list_runs(schedule=name, limit=1)), None)
        found.append(
            Planned(
                name=name, config=config, checked=checked, due_at=due_at, last=last, fault=fault
            )
        )
    return found


def faults_in(
    config: ScheduleConfig, kinds: Mapping[str, Kind], now: datetime
) -> list[ScheduleFault]:
    """List what keeps a schedule from starting a run: its time, its kind, its request."""
    return [fault for fault in (_fault_of_time(config, now), _look(config, kinds)[1]) if fault]


def _due_at(config: ScheduleConfig, known: tuple[datetime, str] | None) -> datetime | None:
    """Give the time that a worker wrote down, where it did so by the present rule."""
    return known[0] if known is not None and known[1] == rule_of(config) else None


def _fault_of_time(config: ScheduleConfig, now: datetime) -> ScheduleFault | None:
    try:
        next_time(config, now)
    except ModelyardError as error:
        return ScheduleFault(KEYS.get(error.where, ("cron",)), error)
    return None


def _look(
    config: ScheduleConfig, kinds: Mapping[str, Kind]
) -> tuple[Checked | None, ScheduleFault | None]:
    try:
        return find_kind(kinds, config.run).check(config.request), None
    except ModelyardError as error:
        head, *rest = error.where.split(".")
        is_field = head == "request" and rest and rest[0] in config.request
        key = KEYS.get(head, ("request", rest[0]) if is_field else ("request",))
        return None, ScheduleFault(key, error)

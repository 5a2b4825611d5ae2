"""Runs that start by the clock."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from modelyard.errors import Invalid, ModelyardError, Unavailable
from modelyard.runs.runs import Runs
from modelyard.runs.store_schedules import DueTimes
from modelyard.workspace.config import ScheduleConfig

log = logging.getLogger(__name__)


@dataclass
class Schedules:
    """Starts one run for each time that a schedule is due, however many workers look.

    Times that passed while nobody looked count as one. A schedule with a fault does not keep the
    others from starting.
    """

    configured: Callable[[], Mapping[str, ScheduleConfig]]
    _said: dict[str, str] = field(default_factory=dict)

    def look(self, runs: Runs) -> None:
        """Start what is due; raises Unavailable where the database cannot be reached."""
        try:
            configured = self.configured()
        except ModelyardError as fault:
            self._say("modelyard.toml", str(fault))
            return
        if not configured and not self._said:
            return
        times = DueTimes(runs.database)
        known = times.all()
        for name, schedule in configured.items():
            try:
                self._look_at(runs, times, name, schedule, known.get(name))
            except Unavailable:
                raise
            except ModelyardError as fault:
                self._say(name, f"schedule {name}: {fault}")
        if gone := [name for name in known if name not in configured]:
            times.forget(gone)

    def _look_at(
        self,
        runs: Runs,
        times: DueTimes,
        name: str,
        schedule: ScheduleConfig,
        known: tuple[datetime, str] | None,
    ) -> None:
        now, rule = runs.clock(), rule_of(schedule)
        if known is None or known[1] != rule:
            times.set(name, next_time(schedule, now), rule)
            return
        due_at = known[0]
        if due_at > now:
            return
        try:
            runs.submit(
                schedule.run,
                schedule.request,
                schedule=name,
                idempotency_key=f"{name} {due_at.isoformat()}",
            )
        finally:
            times.advance(name, due_at, next_time(schedule, now))

    def _say(self, what: str, words: str) -> None:
        if self._said.get(what) != words:
            self._said[what] = words
            log.warning("%s", words)


def rule_of(schedule: ScheduleConfig) -> str:
    """Give that by which the times of a schedule are worked out."""
    return f"{schedule.timezone} {schedule.cron}"


def next_time(schedule: ScheduleConfig, after: datetime) -> datetime:
    """Give the first time after `after` at which a schedule is due.

    Raises Invalid for a rule or a zone that is none.
    """
    from croniter import croniter

    try:
        zone = ZoneInfo(schedule.timezone)
    except (OSError, ValueError, KeyError):
        raise Invalid(
            "timezone", f"'{schedule.timezone}' is not known.", "Such as Europe/Berlin."
        ) from None
    try:
        found: datetime = croniter(schedule.cron, after.astimezone(zone)).get_next(datetime)
    except (ValueError, KeyError) as fault:
        said = str(fault).rstrip(". ")
        raise Invalid("cron", f"'{schedule.cron}' is never due: {said}.") from None
    return found.astimezone(UTC)

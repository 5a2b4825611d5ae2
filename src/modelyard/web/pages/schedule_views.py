"""Schedules in words: what starts when, and what keeps it from starting."""

from dataclasses import dataclass
from datetime import UTC, datetime

from modelyard.runs.planned import Planned
from modelyard.web.numerals import counted
from modelyard.web.pages.run_views import RunLine, exact, kind_title, line_of
from modelyard.web.schedules import find_resource


@dataclass(frozen=True)
class ScheduleLine:
    """A schedule as the page shows it."""

    name: str
    title: str
    rule: str
    """Its rule and zone, as modelyard.toml has them."""
    dataset: str
    """The name of its dataset, where it has one that is here."""
    due_at: str
    due_in: str
    last: RunLine | None
    key: str
    """Where in its section the fault is; empty for a sound one."""
    why: str
    cure: str


def schedule_line(planned: Planned) -> ScheduleLine:
    """Shape a schedule for the page."""
    about, fault, config = find_resource(planned), planned.fault, planned.config
    return ScheduleLine(
        name=planned.name,
        title=planned.checked.title if planned.checked else kind_title(config.run),
        rule=f"{config.cron} {config.timezone}",
        dataset=about.name if about is not None and about.kind == "dataset" else "",
        due_at=exact(planned.due_at),
        due_in=due_in(planned.due_at, datetime.now(UTC)) if planned.due_at else "",
        last=line_of(planned.last) if planned.last else None,
        key=".".join(fault.key) if fault else "",
        why=fault.error.why if fault else "",
        cure=fault.error.cure if fault else "",
    )


def due_in(at: datetime, now: datetime) -> str:
    """Say how long it is until something is due."""
    minutes = (at - now).total_seconds() / 60
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"in {minutes:.0f} min"
    if minutes < 48 * 60:
        return f"in {counted(round(minutes / 60), 'hour')}"
    return f"in {counted(round(minutes / 60 / 24), 'day')}"

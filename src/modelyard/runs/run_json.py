"""Runs as documents: the same words on the command line and over REST; times are still times."""

from typing import Any

import msgspec

from modelyard.runs.kinds import Checked
from modelyard.runs.planned import Planned
from modelyard.runs.run import Event, Run


def short(run: Run) -> dict[str, Any]:
    """Give what lists say of a run."""
    return {
        "id": run.id,
        "kind": run.kind,
        "title": run.title,
        "state": run.state,
        "done": round(run.done, 4),
        "label": run.label,
        "resource": _resource(run),
        "started_by": run.started_by,
        "schedule": run.schedule,
        "created_at": run.created_at,
        "began_at": run.began_at,
        "ended_at": run.ended_at,
    }


def whole(run: Run) -> dict[str, Any]:
    """Give all that is known of a run but its result."""
    return short(run) | {
        "request": dict(run.request),
        "attempt": run.attempt,
        "worker": run.worker,
        "cancel_asked_at": run.cancel_asked_at,
        "retry_of": run.retry_of or None,
        "fault": None if run.fault is None else msgspec.to_builtins(run.fault),
        "passport": None if run.passport is None else dict(run.passport),
    }


def event(happened: Event) -> dict[str, Any]:
    """Give what happened."""
    head = {"number": happened.number, "at": happened.at, "kind": happened.kind}
    return head | {"content": dict(happened.content)}


def schedule(planned: Planned) -> dict[str, Any]:
    """Give a schedule, and how it stands."""
    config, checked, fault = planned.config, planned.checked, planned.fault
    return {
        "name": planned.name,
        "kind": config.run,
        "title": checked.title if checked else "",
        "request": dict(config.request),
        "resource": _resource(checked),
        "cron": config.cron,
        "timezone": config.timezone,
        "due_at": planned.due_at,
        "last_run": None if planned.last is None else short(planned.last),
        "fault": fault
        and {"where": ".".join(fault.key), "why": fault.error.why, "cure": fault.error.cure},
    }


def _resource(about: "Run | Checked | None") -> dict[str, str] | None:
    if about is None or not about.resource_kind:
        return None
    return {"kind": about.resource_kind, "name": about.resource_name}

"""Runs as JSON, in the words of the REST API."""

from datetime import datetime
from typing import Any

import msgspec

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
        "resource": {"kind": run.resource_kind, "name": run.resource_name}
        if run.resource_kind
        else None,
        "started_by": run.started_by,
        "schedule": run.schedule,
        "created_at": _written(run.created_at),
        "began_at": _written(run.began_at),
        "ended_at": _written(run.ended_at),
    }


def whole(run: Run) -> dict[str, Any]:
    """Give all that is known of a run but its result."""
    return short(run) | {
        "request": dict(run.request),
        "attempt": run.attempt,
        "worker": run.worker,
        "cancel_asked_at": _written(run.cancel_asked_at),
        "retry_of": run.retry_of or None,
        "fault": None if run.fault is None else msgspec.to_builtins(run.fault),
        "passport": None if run.passport is None else dict(run.passport),
    }


def event(happened: Event) -> dict[str, Any]:
    """Give what happened."""
    head = {"number": happened.number, "at": _written(happened.at), "kind": happened.kind}
    return head | {"content": dict(happened.content)}


def schedule(planned: Planned) -> dict[str, Any]:
    """Give a schedule, and how it stands."""
    config, checked, fault = planned.config, planned.checked, planned.fault
    about = checked if checked is not None and checked.resource_kind else None
    return {
        "name": planned.name,
        "kind": config.run,
        "title": checked.title if checked else "",
        "request": dict(config.request),
        "resource": about and {"kind": about.resource_kind, "name": about.resource_name},
        "cron": config.cron,
        "timezone": config.timezone,
        "due_at": _written(planned.due_at),
        "last_run": None if planned.last is None else short(planned.last),
        "fault": fault
        and {"where": ".".join(fault.key), "why": fault.error.why, "cure": fault.error.cure},
    }


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")

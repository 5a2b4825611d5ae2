"""A run as JSON."""

from datetime import UTC, datetime
from typing import Any

from modelyard.runs.presence import nobody_works
from modelyard.runs.run import Event, Run
from modelyard.web.command_lines import folder_word
from modelyard.web.live import live
from modelyard.web.run_discretion import discreet, is_told_names, without_names

ROOT = "/api/v1/runs"


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
        "started_by": discreet(run).started_by,
        "schedule": run.schedule,
        "created_at": written(run.created_at),
        "began_at": written(run.began_at),
        "ended_at": written(run.ended_at),
        "links": links(run),
    }


def whole(run: Run) -> dict[str, Any]:
    """Give all that is known of a run but its result."""
    run, fault = discreet(run), run.fault
    return short(run) | {
        "request": dict(run.request),
        "attempt": run.attempt,
        "worker": run.worker,
        "cancel_asked_at": written(run.cancel_asked_at),
        "retry_of": run.retry_of or None,
        "fault": None
        if fault is None
        else {"where": fault.where, "why": fault.why, "cure": fault.cure},
        "passport": None if run.passport is None else dict(run.passport),
        "warning": None
        if run.is_over or live().records.runs.has_workers()
        else nobody_works(folder_word()),
    }


def event_content(event: Event) -> dict[str, Any]:
    """Give an event as one flat object, to the one who asks."""
    content = dict(event.content) if is_told_names() else without_names(event.content)
    head = {"number": event.number, "at": written(event.at), "kind": event.kind}
    return head | {"content": content}


def address_of(run: Run) -> str:
    """Give the address of a run in the API."""
    return f"{ROOT}/{run.id}"


def links(run: Run) -> dict[str, str]:
    """Give what can be asked of a run, and done with it, as it stands."""
    root = address_of(run)
    found = {"self": root, "events": f"{root}/events", "page": f"/runs/{run.id}"}
    if not run.is_over:
        return found | {"cancel": f"{root}/cancel"}
    if run.state == "succeeded":
        found |= {"result": f"{root}/result", "files": f"{root}/files"}
    return found | {"retry": f"{root}/retry"}


def written(at: datetime | None) -> str | None:
    """Write a time in ISO 8601, in UTC, to the millisecond."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _resource(run: Run) -> dict[str, str] | None:
    if not run.resource_kind:
        return None
    return {"kind": run.resource_kind, "name": run.resource_name}

"""The schedules that somebody may see: those whose dataset and model they may read."""

from dataclasses import replace
from typing import Any

from modelyard.accounts.decision import decide
from modelyard.accounts.resource import Resource, Visibility
from modelyard.runs import run_json
from modelyard.runs.planned import Planned, plan
from modelyard.web import guard
from modelyard.web.live import live, services
from modelyard.web.run_answers import short, timed
from modelyard.web.run_rights import may_see, saved_ids, sees_saved


def seen_schedules() -> list[Planned]:
    """Give the schedules that the one who asks may see, as they stand.

    One that is about nothing, or about what is not here, is for owners. The latest run is left
    out where it is about something that they may not see.
    """
    configured = services().workspace.config.schedules
    if not configured:
        return []
    return [
        replace(planned, last=planned.last if planned.last and may_see(planned.last) else None)
        for planned in plan(configured, live().records.runs)
        if _is_seen(planned)
    ]


def schedule_content(planned: Planned) -> dict[str, Any]:
    """Give a schedule as JSON."""
    about, last = find_resource(planned), planned.last
    return timed(run_json.schedule(planned)) | {
        "resource": None if about is None else {"kind": about.kind, "name": about.name},
        "last_run": None if last is None else short(last),
    }


def find_resource(planned: Planned) -> Resource | None:
    """Give what a schedule is about; None for nothing, or for what is not here."""
    name = planned.config.request.get("dataset")
    if isinstance(name, str):
        resource = Resource("dataset", name)
    elif planned.checked is not None and planned.checked.resource_kind:
        resource = Resource(planned.checked.resource_kind, planned.checked.resource_name)
    else:
        return None
    return resource if guard.is_here(resource) else None


def _is_seen(planned: Planned) -> bool:
    resource, model = find_resource(planned), planned.config.request.get("model")
    if not sees_saved(saved_ids(planned.config.request)):
        return False
    if resource is not None:
        is_open = not isinstance(model, str) or guard.may("read", Resource("model", model))
        return is_open and guard.may("read", resource)
    own = Resource("schedule", planned.name)
    return decide(guard.asker(), "admin", own, Visibility(level="private")).is_allowed

"""A run as JSON."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from modelyard.runs import run_json
from modelyard.runs.presence import nobody_works
from modelyard.runs.run import Event, Run
from modelyard.web.command_lines import folder_word
from modelyard.web.live import live
from modelyard.web.run_discretion import discreet, is_told_names, without_names

ROOT = "/api/v1/runs"


def short(run: Run) -> dict[str, Any]:
    """Give what lists say of a run, to the one who asks."""
    return timed(run_json.short(discreet(run))) | {"links": links(run)}


def whole(run: Run) -> dict[str, Any]:
    """Give all that is known of a run but its result, to the one who asks."""
    is_served = run.is_over or live().records.runs.has_workers()
    warning = None if is_served else nobody_works(folder_word())
    content = timed(run_json.whole(discreet(run))) | {"links": links(run), "warning": warning}
    if content["fault"] is not None:
        del content["fault"]["kind"]
    return content


def event_content(event: Event) -> dict[str, Any]:
    """Give an event, to the one who asks."""
    content = event.content if is_told_names() else without_names(event.content)
    return timed(run_json.event(replace(event, content=content)))


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


def timed(content: dict[str, Any]) -> dict[str, Any]:
    """Write the times of a document as the API does."""
    return {
        name: written(value) if isinstance(value, datetime) else value
        for name, value in content.items()
    }


def written(at: datetime) -> str:
    """Write a time in ISO 8601, in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

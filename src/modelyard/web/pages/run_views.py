"""Runs in words: how they stand, when they were started and how long they took."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from modelyard.accounts.resource import Resource
from modelyard.runs.run import Run
from modelyard.web import guard
from modelyard.web.live import live, services
from modelyard.web.numerals import THIN, counted, duration
from modelyard.web.pages.run_words import asked_words, failure
from modelyard.web.run_discretion import discreet
from modelyard.web.run_rights import find_resource

TONES = {"succeeded": "good", "failed": "bad", "running": "busy"}


@dataclass(frozen=True)
class RunLine:
    """A run as lists show it."""

    run: Run
    kind: str
    """What people call the kind."""
    tone: str
    """The colour of its state."""
    state: str
    dataset: str
    """The name of its dataset, where there still is one."""
    dataset_title: str
    model: str
    """The name of the model that it asks or trains, where there is one that may be seen."""
    asked: str
    """The parameters that say more than the title."""
    failure: str
    """Why it failed, in a line."""
    who: str
    at: str
    """When it was asked for, in ISO 8601."""
    exact: str
    ago: str
    took: str


def line_of(run: Run, now: datetime | None = None) -> RunLine:
    """Shape a run for a list."""
    moment = now or datetime.now(UTC)
    name, title = _dataset_of(run)
    return RunLine(
        run=run,
        kind=kind_title(run.kind),
        tone=TONES.get(run.state, ""),
        state="cancelling" if run.is_cancelling else run.state,
        dataset=name,
        dataset_title=title,
        model=_model_of(run),
        asked=asked_words(run),
        failure=failure(run),
        who=who_started(run),
        at=run.created_at.isoformat(timespec="seconds"),
        exact=exact(run.created_at),
        ago=ago(run.created_at, moment),
        took=took(run, moment),
    )


def kind_title(name: str) -> str:
    """Give what people call a kind; one that is not known any more keeps its name."""
    kind = live().records.runs.kinds().get(name)
    return kind.title if kind is not None else name


def is_repeatable(run: Run) -> bool:
    """Tell whether it can be computed anew and compared."""
    kind = live().records.runs.kinds().get(run.kind)
    return run.state == "succeeded" and kind is not None and kind.is_repeatable


def who_started(run: Run) -> str:
    """Say who, or which schedule, asked for it; nothing to somebody unknown."""
    return f"schedule {run.schedule}" if run.schedule else discreet(run).started_by


def plain_request(run: Run) -> dict[str, Any]:
    """Give what was asked as people asked it: of a plan that was pinned, what it is to do."""
    plan = run.request.get("plan")
    if not isinstance(plan, dict):
        return dict(run.request)
    asked = run.request | plan.get("config", {})
    return {name: asked[name] for name in asked if name != "plan" and asked[name] not in ({}, [])}


def took(run: Run, now: datetime) -> str:
    """Say how long it took, or has taken so far."""
    if run.began_at is None:
        return ""
    until = run.ended_at or now
    seconds = max(0.0, (until - run.began_at).total_seconds())
    if run.is_over or seconds >= 60:
        return duration(seconds)
    return f"{seconds:.0f}{THIN}s"


def exact(at: datetime | None) -> str:
    """Write a time to the second, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at else ""


def ago(at: datetime, now: datetime) -> str:
    """Say how long ago something was; days ago the date says more."""
    seconds = (now - at).total_seconds()
    if seconds < 60:
        return "just now"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{counted(minutes // 60, 'hour')} ago"
    return at.astimezone(UTC).strftime("%Y-%m-%d")


def _model_of(run: Run) -> str:
    name = run.request.get("model")
    if not isinstance(name, str) or run.kind not in {"score", "train"}:
        return ""
    resource = Resource("model", name)
    return name if guard.is_here(resource) and guard.may("read", resource) else ""


def _dataset_of(run: Run) -> tuple[str, str]:
    resource = find_resource(run)
    if resource is None or resource.kind != "dataset":
        return "", run.resource_name
    dataset = services().datasets.datasets.get(resource.name)
    return resource.name, dataset.title if dataset else resource.name

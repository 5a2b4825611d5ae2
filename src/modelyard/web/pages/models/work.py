"""Work on a model that goes on behind the page: scoring a dataset, training it anew."""

from typing import Any

import msgspec
from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.errors import ModelyardError
from modelyard.runs.run import Run
from modelyard.web import guard, visible
from modelyard.web.live import live, services
from modelyard.web.needs import guarded
from modelyard.web.pages.models.frame import framed
from modelyard.web.pages.run_views import line_of
from modelyard.web.publishing import require_trainer
from modelyard.web.query import Query
from modelyard.web.run_lists import seen_runs

ON_PAGE = 20
LOOKED_AT = 200
WORDS = {"holdout": "kept back", "time_limit_s": "time limit", "memory_mib": "memory"}
UNITS = {"time_limit_s": " s", "memory_mib": " MiB"}
KINDS = ("score", "train")
blueprint = Blueprint("model_page_work", __name__)


@blueprint.get("/models/<name>/work")
@guarded("read", "model")
def show(name: str) -> Response:
    """Show the runs of a model, and what can be started."""
    Query(request.args)
    runs = runs_of(name)
    opened = [one for one in live().records.models.list_versions(name) if one.state == "opened"]
    return framed(
        "models/work.html",
        name,
        "work",
        lines=[line_of(run) for run in runs],
        is_busy=any(not run.is_over for run in runs),
        datasets=scorable(),
        may_not_run=guard.why("run", Resource("model", name)),
        training=training_of(name),
        may_not_train=why_not_train(name),
        opened=opened,
    )


def runs_of(name: str) -> list[Run]:
    """List the latest runs that score with a model or train it."""
    found = [
        run
        for kind in KINDS
        for run in seen_runs({"kind": kind}, LOOKED_AT).runs
        if run.request.get("model") == name
    ]
    return sorted(found, key=lambda run: run.created_at, reverse=True)[:ON_PAGE]


def scorable() -> list[tuple[str, str]]:
    """List the datasets on which the one who asks may start work."""
    known = visible.datasets().datasets.items()
    return [
        (name, dataset.title)
        for name, dataset in known
        if guard.may("run", Resource("dataset", name))
    ]


def why_not_train(name: str) -> str:
    """Say why the one who asks may not train a model; empty where they may."""
    try:
        require_trainer(name)
    except ModelyardError as fault:
        return fault.why
    return ""


def trainable() -> list[str]:
    """List the models that modelyard.toml trains, of which there is no version yet."""
    registry, known = live().records.models, services().workspace.config.models
    waiting = [name for name, one in known.items() if one.train and not registry.find_model(name)]
    return [name for name in waiting if not why_not_train(name)]


def training_of(name: str) -> list[tuple[str, str]]:
    """Say how a model is trained, as modelyard.toml has it; nothing where it does not."""
    config = services().workspace.config.models.get(name)
    if config is None or config.train is None:
        return []
    plain = msgspec.to_builtins(config.train)
    if not guard.may("read", Resource("dataset", config.train.dataset)):
        plain["dataset"] = ""
    return [
        (WORDS.get(key, key), _words(value) + UNITS.get(key, ""))
        for key, value in plain.items()
        if value
    ]


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {one}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)

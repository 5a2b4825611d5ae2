"""The frame around all pages of one dataset: its name, its tabs, and what keeps it waiting."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template

from modelyard.answers import Answer
from modelyard.datasets.dataset import Dataset, Shape
from modelyard.datasets.tasks import Computation
from modelyard.errors import ModelyardError
from modelyard.runs.child_state import ChildState
from modelyard.web import guard
from modelyard.web.live import live, services
from modelyard.web.problems import STATUS, note

WAIT_S = 0.7
"""How long a page waits for a result before it shows how far the work is."""
HTML = "text/html"
TABS = (
    ("overview", "Overview", ""),
    ("rows", "Rows", "/rows"),
    ("outliers", "Outliers", "/outliers"),
    ("benchmark", "Benchmark", "/benchmark"),
    ("runs", "Runs", "/runs"),
    ("access", "Access", "/access"),
)


@dataclass(frozen=True)
class View:
    """What a page shows inside the frame: a template and what it is filled with."""

    template: str
    context: dict[str, Any]
    status: int = 200


Show = Callable[[Dataset], View | Response]


def framed(name: str, tab: str, show: Show) -> Response:
    """Answer with a page of the dataset `name`; a fault of it stays inside the frame.

    Raises NotFound where there is no such dataset, and the fault of its section.
    """
    dataset = services().datasets.get_dataset(name)
    try:
        waiting = live().answers.prepare(dataset, WAIT_S)
        shown = show(dataset) if waiting is None else pending(waiting, api_of(dataset))
    except ModelyardError as fault:
        shown = faulty(fault)
    if isinstance(shown, Response):
        return shown
    frame = frame_of(dataset, tab)
    page = render_template(shown.template, **frame, **shown.context)
    return Response(page, shown.status, mimetype=HTML)


def ask(dataset: Dataset, task: Computation[Any]) -> Answer | ChildState:
    """Ask for a result, and wait a moment."""
    return live().answers.give(dataset, task, WAIT_S, guard.is_guest())


def pending(run: ChildState, address: str) -> View:
    """Show how far the work is; `address` of the API tells when it is done."""
    return View("datasets/pending.html", waiting(run, address), status=202)


def waiting(run: ChildState, address: str) -> dict[str, Any]:
    """Give what a progress card shows."""
    joint = "&" if "?" in address else "?"
    return {"run": run, "poll": f"{address}{joint}wait=0"}


def faulty(fault: ModelyardError) -> View:
    """Show what is wrong, where, and what to do."""
    status, title = status_of(fault)
    return View("datasets/fault.html", {"fault": fault, "fault_title": title}, status)


def status_of(fault: ModelyardError) -> tuple[int, str]:
    """Give the HTTP status and title of a fault."""
    note(fault)
    return next(STATUS[kind] for kind in (*STATUS, ModelyardError) if isinstance(fault, kind))


def api_of(dataset: Dataset, verb: str = "") -> str:
    """Give the address of the API that answers the same question."""
    return f"/api/v1/datasets/{dataset.name}" + (f"/{verb}" if verb else "")


def frame_of(dataset: Dataset, tab: str) -> dict[str, Any]:
    """Give what the frame shows."""
    root = f"/datasets/{dataset.name}"
    return {
        "dataset": dataset,
        "homepage": web_address(dataset.source.homepage),
        "shape": _find_shape(dataset),
        "root": root,
        "api_root": api_of(dataset),
        "tabs": [(key, label, root + ending, key == tab) for key, label, ending in TABS],
    }


def web_address(text: str) -> str:
    """Give an address that is safe to link to, or nothing: `javascript:` is an address too."""
    return text if text.lower().startswith(("https://", "http://")) else ""


def _find_shape(dataset: Dataset) -> Shape | None:
    try:
        return dataset.shape() if dataset.is_prepared() else None
    except ModelyardError:
        return None

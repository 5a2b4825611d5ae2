"""The list of runs, the page of each, and the runs of a dataset."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from modelyard.errors import ModelyardError
from modelyard.runs.presence import nobody_works as words_for
from modelyard.runs.run import STATES, Run
from modelyard.web import guard, visible
from modelyard.web.api.runs import before_of, filters_of
from modelyard.web.command_lines import folder_word
from modelyard.web.live import live, services
from modelyard.web.needs import decides_itself, for_readers, guarded
from modelyard.web.pages.frame import HTML, frame_of
from modelyard.web.pages.run_forms import is_plain, kinds_for
from modelyard.web.pages.run_log import passport_rows, read_log
from modelyard.web.pages.run_results import ResultView, result_view
from modelyard.web.pages.run_views import RunLine, exact, is_repeatable, line_of, plain_request
from modelyard.web.pages.schedule_views import schedule_line
from modelyard.web.query import Query
from modelyard.web.run_discretion import discreet
from modelyard.web.run_lists import RunPage, seen_runs
from modelyard.web.run_rights import get_seen, may_change
from modelyard.web.schedules import seen_schedules

ON_PAGE = 50
OF_DATASET = 30
ON_FIRST_PAGE = 5
blueprint = Blueprint("run_pages", __name__)


@blueprint.get("/runs")
@for_readers
def list_runs() -> Response:
    """List runs, the newest first."""
    query = Query(request.args, "state", "kind", "dataset", "before")
    asked = {name: query.text(name) for name in ("state", "kind", "dataset")}
    page = seen_runs(filters_of(query), ON_PAGE, before_of(query))
    kinds = live().records.runs.kinds().values()
    context = {
        "asked": asked,
        "is_filtered": any(asked.values()),
        "is_later": bool(query.text("before")),
        "states": STATES,
        "kinds": [(kind.name, kind.title) for kind in kinds],
        "startable": [(kind.name, kind.title) for kind in kinds if is_plain(kind)],
        "datasets": [(name, one.title) for name, one in visible.datasets().datasets.items()],
        "may_start": "run" in guard.asker().scopes,
        "host": request.host_url.rstrip("/"),
        "schedules": [schedule_line(planned) for planned in seen_schedules()],
    }
    return _page("runs/list.html", **context, **_listed(page))


@blueprint.get("/runs/<run_id>")
@decides_itself
def show_run(run_id: str) -> Response:
    """Show a run: how it stands, what it said, and what came of it."""
    Query(request.args)
    run = get_seen(run_id)
    line, shown = line_of(run), discreet(run)
    context = {
        "line": line,
        "run": shown,
        "log": read_log(run.id),
        "may_change": may_change(run, guard.asker()),
        "passport": passport_rows(shown.passport),
        "request_rows": passport_rows(plain_request(run)),
        "times": _times(run),
        "is_repeatable": is_repeatable(run),
        "files": live().records.runs.files(run.id) if run.is_over else [],
        "host": request.host_url.rstrip("/"),
    }
    return _page("runs/run.html", **context, **_result(run, line))


@blueprint.get("/datasets/<name>/runs")
@guarded("read", "dataset")
def of_dataset(name: str) -> Response:
    """List the latest runs of a dataset; one that cannot be read has runs too."""
    query = Query(request.args, "before")
    dataset = services().datasets.get_dataset(name)
    page = seen_runs({"resource": ("dataset", name)}, OF_DATASET, before_of(query))
    context = {
        "kinds": [(kind.name, kind.title) for kind in kinds_for(name)],
        "models": [model.name for model in visible.models() if model.served is not None],
        "is_later": bool(query.text("before")),
        "host": request.host_url.rstrip("/"),
    }
    return _page("datasets/runs.html", **frame_of(dataset, "runs"), **context, **_listed(page))


@blueprint.app_template_global("runs_in_work")
def runs_in_work() -> list[RunLine]:
    """Give the runs that are at work or wait, for the first page; none where that fails."""
    try:
        found = [
            run
            for state in ("running", "queued")
            for run in seen_runs({"state": state}, ON_FIRST_PAGE).runs
        ]
    except ModelyardError:
        return []
    return [line_of(run) for run in found[:ON_FIRST_PAGE]]


@blueprint.app_template_global("nobody_works")
def nobody_works() -> str:
    """Say that no worker is there, and what to do; empty where one is."""
    try:
        return "" if live().records.runs.has_workers() else words_for(folder_word())
    except ModelyardError:
        return ""


def _listed(page: RunPage) -> dict[str, Any]:
    lines = [line_of(run) for run in page.runs]
    asked = {name: value for name, value in request.args.items() if name != "before" and value}
    return {
        "lines": lines,
        "is_busy": any(not line.run.is_over for line in lines),
        "next": page.next,
        "without_before": asked,
    }


def _result(run: Run, line: RunLine) -> dict[str, Any]:
    if run.state != "succeeded":
        return {"result": None}
    try:
        content = live().records.runs.result(run.id)
        shown = result_view(run, content, line.dataset)
    except ModelyardError as fault:
        shown = ResultView("runs/result_fault.html", {"fault": fault})
        content = b""
    return {"result": shown, "result_bytes": len(content)}


def _times(run: Run) -> list[tuple[str, str]]:
    named = (
        ("asked for", run.created_at),
        ("began", run.began_at),
        ("asked to end", run.cancel_asked_at),
        ("ended", run.ended_at),
    )
    return [(words, exact(at)) for words, at in named if at is not None]


def _page(template: str, **context: Any) -> Response:
    needs_token = guard.asker().kind not in {"laptop", "visitor"}
    page = render_template(template, needs_token=needs_token, **context)
    return Response(page, mimetype=HTML)

"""The list of datasets, and the page with the figures of one."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from modelyard.datasets.dataset import Dataset
from modelyard.datasets.figures import BooleanColumn, Column, NumberColumn, TableStatistics
from modelyard.datasets.tasks import CorrelationTask, StatisticsTask
from modelyard.errors import ModelyardError
from modelyard.runs.child_state import ChildState
from modelyard.web import visible
from modelyard.web.needs import for_readers, guarded
from modelyard.web.pages.column_cards import card_of
from modelyard.web.pages.costs import find_warning
from modelyard.web.pages.frame import View, api_of, ask, framed, pending, waiting
from modelyard.web.pages.paging import Paging
from modelyard.web.pages.standing import awaited, standings
from modelyard.web.query import Query

CARDS = 48
"""Column cards on one page."""
LARGE_ROWS = 262_144
"""From here on estimating is another answer than reading every value."""
blueprint = Blueprint("dataset_pages", __name__)


@blueprint.get("/datasets")
@for_readers
def list_datasets() -> Response:
    """List the datasets."""
    shown = standings(visible.datasets())
    page = render_template("datasets/list.html", standings=shown, awaited=awaited(shown))
    return Response(page, mimetype="text/html")


@blueprint.get("/datasets/<name>")
@guarded("read", "dataset")
def overview(name: str) -> Response:
    """Show a dataset: every column's figures, and how the columns go together."""
    return framed(name, "overview", show_overview)


def show_overview(dataset: Dataset) -> View:
    """Show the figures, or how far they are."""
    query = Query(request.args, "approximate", "columns", "find", "read")
    task = StatisticsTask(approximate=query.flag("approximate"))
    warning = find_warning(dataset, task, query.flag("read"))
    if warning is not None:
        return warning
    outcome = ask(dataset, task)
    if isinstance(outcome, ChildState):
        switch = "?approximate=1" if task.approximate else ""
        return pending(outcome, api_of(dataset, "statistics") + switch)
    statistics = task.decode(outcome.content)
    context = {
        "statistics": statistics,
        "fingerprint": dataset.fingerprint(),
        "has_switch": statistics.rows > LARGE_ROWS,
    }
    found = query.text("find")
    cards = cards_context(statistics, found, query.integer("columns", 1, 1, 10**6))
    return View("datasets/overview.html", context | cards | correlation(dataset, statistics))


def cards_context(statistics: TableStatistics, found: str, page: int) -> dict[str, Any]:
    """Choose the columns whose names hold `found`, and of them one page."""
    chosen = [column for column in statistics.columns if found.lower() in column.name.lower()]
    paging = Paging(len(chosen), CARDS, page)
    return {
        "find": found,
        "paging": paging,
        "cards": [card_of(column, statistics.rows) for column in chosen[paging.slice]],
    }


def is_correlated(column: Column) -> bool:
    """Tell whether the correlation has this column; it has no spans of time."""
    if isinstance(column, NumberColumn):
        return not column.type.startswith("Duration")
    return isinstance(column, BooleanColumn)


def correlation(dataset: Dataset, statistics: TableStatistics) -> dict[str, Any]:
    """Give the picture of the correlations, how far it is, or why there is none."""
    numeric = [column for column in statistics.columns if is_correlated(column)]
    if len(numeric) < 2 or statistics.rows < 2:
        return {"correlation": None}
    task = CorrelationTask()
    try:
        outcome = ask(dataset, task)
    except ModelyardError as fault:
        return {"correlation": None, "correlation_fault": fault}
    if isinstance(outcome, ChildState):
        return {"correlation": None, **waiting(outcome, api_of(dataset, "correlation"))}
    from modelyard.web.charts import heat_map
    from modelyard.web.charts.heat_map import written

    found = task.decode(outcome.content)
    description = "Pearson's r of each pair; the table below it holds the same values."
    return {
        "correlation": found,
        "correlated_of": len(numeric),
        "correlation_rows": [
            (name, [written(value) or "–" for value in line])
            for name, line in zip(found.columns, found.values, strict=True)
        ],
        "heat_map": heat_map(found.columns, found.values, "Correlation of columns", description),
    }

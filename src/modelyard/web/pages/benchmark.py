"""pandas against Polars on a dataset's own data."""

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from modelyard.answers import Answer
from modelyard.datasets.dataset import Dataset
from modelyard.datasets.tasks import BenchmarkTask, key_of
from modelyard.runs.child_state import ChildState, find_state
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.pages.frame import View, api_of, ask, framed, pending
from modelyard.web.query import Query

if TYPE_CHECKING:
    from modelyard.datasets.benchmark import BenchmarkReport, SideTimes

blueprint = Blueprint("benchmark_pages", __name__)


@blueprint.get("/datasets/<name>/benchmark")
@guarded("read", "dataset")
def benchmark(name: str) -> Response:
    """Show the benchmark."""
    return framed(name, "benchmark", show_benchmark)


def show_benchmark(dataset: Dataset) -> View:
    """Show the report, how far it is, or the button that starts it: it takes a while."""
    query = Query(request.args, "run", "repeats")
    task = BenchmarkTask(repeats=query.integer("repeats", 3, 1, 9))
    if not (query.flag("run") or _is_known(dataset, task)):
        return View("datasets/benchmark.html", {"report": None, "repeats": task.repeats})
    outcome: Answer | ChildState = ask(dataset, task)
    if isinstance(outcome, ChildState):
        return pending(outcome, f"{api_of(dataset, 'benchmark')}?repeats={task.repeats}")
    report = task.decode(outcome.content)
    context = {"report": report, "tasks": task_bars(report), "memory": memory_words(report)}
    return View("datasets/benchmark.html", context)


def memory_words(report: "BenchmarkReport") -> tuple[float, str] | None:
    """Tell who needed more memory, as a multiple of one and above, and in words."""
    ratio = report.memory_ratio
    if not ratio:
        return None
    if ratio >= 1:
        return ratio, "as much memory with pandas"
    return 1 / ratio, "as much memory with Polars"


def task_bars(report: "BenchmarkReport") -> list[dict[str, Any]]:
    """Shape each task: both times as a share of the longer one, so that the bars compare."""
    return [
        {
            "task": task,
            "sides": _sides(task.polars, task.pandas),
        }
        for task in report.tasks
    ]


def _sides(polars: "SideTimes", pandas: "SideTimes") -> list[tuple[str, str, float, float, str]]:
    longer = max(polars.median_s, pandas.median_s) or 1.0
    return [
        (key, label, side.median_s / longer, side.median_s, _repeats(side))
        for key, label, side in (("polars", "Polars", polars), ("pandas", "pandas", pandas))
    ]


def _repeats(side: "SideTimes") -> str:
    from modelyard.web.numerals import duration

    return "each time: " + ", ".join(duration(one) for one in side.times_s)


def _is_known(dataset: Dataset, task: BenchmarkTask) -> bool:
    """Tell whether there is a report, or one being made."""
    key = key_of(dataset, task)
    if dataset.results.find_path(f"{key}.json") is not None:
        return True
    run = find_state(live().answers.children.state_path(key))
    return run is not None and run.state != "failed"

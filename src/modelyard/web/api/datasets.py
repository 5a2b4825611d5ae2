"""Datasets over REST."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.answers import Answer
from modelyard.datasets.dataset import Dataset
from modelyard.datasets.tasks import (
    BenchmarkTask,
    Computation,
    CorrelationTask,
    StatisticsTask,
)
from modelyard.errors import ModelyardError
from modelyard.web import visible
from modelyard.web.api import rows, scans
from modelyard.web.live import live, services
from modelyard.web.needs import for_readers, guarded
from modelyard.web.query import Query
from modelyard.web.replies import as_json, computed, hashed, named, pending, tagged

blueprint = Blueprint("datasets", __name__, url_prefix="/api/v1/datasets")


@blueprint.get("")
@for_readers
def list_datasets() -> Response:
    """List the datasets, with the fault of each that cannot be read."""
    catalogue = visible.datasets()
    known = [summary(dataset) for dataset in catalogue.values()]
    broken = [{"name": name, "fault": fault_of(fault)} for name, fault in catalogue.faults.items()]
    return as_json({"datasets": known + broken, "default": visible.find_default()})


@blueprint.get("/<name>")
@guarded("read", "dataset")
def get_dataset(name: str) -> Response:
    """Describe one dataset."""
    dataset = services().datasets.get_dataset(name)
    waiting = live().answers.prepare(dataset, wait_of(Query(request.args, "wait")))
    if waiting is not None:
        return pending(waiting)
    shape = dataset.shape()
    content = about(dataset) | {
        "fingerprint": dataset.fingerprint(),
        "rows": shape.rows,
        "bytes": shape.bytes,
        "columns": [{"name": field.name, "type": field.type} for field in shape.columns],
        "links": links(dataset),
    }
    return hashed(content)


@blueprint.get("/<name>/rows")
@guarded("read", "dataset")
def get_rows(name: str) -> Response:
    """Give rows: filtered, sorted, by pages."""
    return rows.answer_rows(services().datasets.get_dataset(name))


@blueprint.get("/<name>/statistics")
@guarded("read", "dataset")
def get_statistics(name: str) -> Response:
    """Give the figures of every column."""
    return answer_statistics(services().datasets.get_dataset(name))


@blueprint.get("/<name>/correlation")
@guarded("read", "dataset")
def get_correlation(name: str) -> Response:
    """Give the correlation of the numeric columns."""
    query = Query(request.args, "wait")
    return answer_task(services().datasets.get_dataset(name), CorrelationTask(), wait_of(query))


@blueprint.get("/<name>/outliers")
@guarded("read", "dataset")
def get_outliers(name: str) -> Response:
    """Give the rows that stand out, and why."""
    return answer_outliers(services().datasets.get_dataset(name))


@blueprint.get("/<name>/benchmark")
@guarded("read", "dataset")
def get_benchmark(name: str) -> Response:
    """Give times and memory of pandas and Polars on this table."""
    return answer_benchmark(services().datasets.get_dataset(name))


def answer_statistics(dataset: Dataset) -> Response:
    """Answer with the figures of every column."""
    query = Query(request.args, "approximate", "wait")
    task = StatisticsTask(approximate=query.flag("approximate"))
    return answer_task(dataset, task, wait_of(query))


def answer_benchmark(dataset: Dataset) -> Response:
    """Answer with the benchmark's report."""
    query = Query(request.args, "repeats", "wait")
    task = BenchmarkTask(repeats=query.integer("repeats", 3, 1, 9))
    return answer_task(dataset, task, wait_of(query))


def answer_outliers(dataset: Dataset) -> Response:
    """Answer with the rows that stand out."""
    query = Query(request.args, *scans.PARAMETERS)
    return scans.answer_outliers(dataset, query, wait_of(query))


def answer_task(dataset: Dataset, task: Computation[Any], wait_s: float) -> Response:
    """Answer with what was computed, as it was kept."""
    outcome = computed(dataset, task, wait_s)
    if isinstance(outcome, Answer):
        return tagged(named(dataset, outcome), outcome.tag)
    return outcome


def wait_of(query: Query) -> float:
    """Read how long the caller wants to wait, in seconds."""
    return query.number("wait", services().settings.wait_s, 0, 60)


def about(dataset: Dataset) -> dict[str, Any]:
    """Say what is known of a dataset without reading it."""
    source = dataset.source
    return {
        "name": dataset.name,
        "title": dataset.title,
        "description": source.description,
        "licence": source.licence,
        "homepage": source.homepage,
        "source": source.shown,
        "format": source.kind,
    }


def summary(dataset: Dataset) -> dict[str, Any]:
    """Say what a dataset is, without waiting for one that is far away or not ready to be read."""
    content = about(dataset)
    if dataset.source.is_remote and not dataset.is_fetched:
        return content | {"state": "remote"}
    try:
        waiting = live().answers.prepare(dataset, 0)
        if waiting is not None:
            return content | {"state": "being read"}
        shape = dataset.shape()
    except ModelyardError as fault:
        return content | {"fault": fault_of(fault)}
    return content | {"rows": shape.rows, "columns": len(shape.columns), "bytes": shape.bytes}


def fault_of(fault: ModelyardError) -> dict[str, str]:
    """Give the parts of a fault."""
    return {"where": fault.where, "why": fault.why, "cure": fault.cure}


def links(dataset: Dataset) -> dict[str, str]:
    """Give the addresses of all that can be asked of a dataset."""
    root = f"/api/v1/datasets/{dataset.name}"
    verbs = ("rows", "statistics", "correlation", "outliers", "benchmark")
    return {"self": root} | {verb: f"{root}/{verb}" for verb in verbs}

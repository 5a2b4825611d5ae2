"""The short addresses of a first visit: the default dataset's figures."""

from flask import Blueprint, Response

from modelyard.web.api import datasets
from modelyard.web.live import services

SHORT_ADDRESSES = frozenset({"/stats", "/outliers", "/benchmark"})
blueprint = Blueprint("short", __name__)


@blueprint.get("/stats")
def stats() -> Response:
    """Statistics of the default dataset."""
    return datasets.answer_statistics(services().datasets.get_default())


@blueprint.get("/outliers")
def outliers() -> Response:
    """Outliers of the default dataset."""
    return datasets.answer_outliers(services().datasets.get_default())


@blueprint.get("/benchmark")
def benchmark() -> Response:
    """Benchmark on the default dataset."""
    return datasets.answer_benchmark(services().datasets.get_default())

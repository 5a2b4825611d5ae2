"""The short addresses of a first visit: the default dataset's figures."""

from flask import Blueprint, Response

from modelyard.web import visible
from modelyard.web.api import datasets
from modelyard.web.needs import decides_itself

SHORT_ADDRESSES = frozenset({"/stats", "/outliers", "/benchmark"})
blueprint = Blueprint("short", __name__)


@blueprint.get("/stats")
@decides_itself
def stats() -> Response:
    """Statistics of the default dataset."""
    return datasets.answer_statistics(visible.get_default())


@blueprint.get("/outliers")
@decides_itself
def outliers() -> Response:
    """Outliers of the default dataset."""
    return datasets.answer_outliers(visible.get_default())


@blueprint.get("/benchmark")
@decides_itself
def benchmark() -> Response:
    """Benchmark on the default dataset."""
    return datasets.answer_benchmark(visible.get_default())

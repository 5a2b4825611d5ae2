"""What came of a run, shaped for reading."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from modelyard.datasets.tasks import BenchmarkTask, CorrelationTask, OutliersTask, StatisticsTask
from modelyard.errors import ModelyardError
from modelyard.runs.run import Run
from modelyard.web.numerals import figure

PLAIN = "runs/result_plain.html"
LONGEST = 20_000
"""Letters of JSON that a page shows."""
LARGEST = 16 * 1024 * 1024
"""Bytes of a result that a page reads."""
COLUMNS = 60
WORST = 10
PAIRS = 12
THRESHOLD = 99.0


@dataclass(frozen=True)
class ResultView:
    """A template for a result, what it is filled with, and the page that shows all of it."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    address: str = ""


def result_view(run: Run, content: bytes, dataset: str) -> ResultView:
    """Shape a result; one of an unknown shape is shown as it is.

    `dataset` is the name of the run's dataset, where there still is one.
    """
    shape = SHAPES.get(run.kind)
    if shape is not None and len(content) <= LARGEST:
        try:
            return shape(run.request, content, f"/datasets/{dataset}" if dataset else "")
        except (ValueError, TypeError, KeyError, ModelyardError):
            pass
    return ResultView(PLAIN, {"text": plain(content)})


def plain(content: bytes) -> str:
    """Write JSON with one member on a line, the beginning of it where it is long."""
    text = content[: LONGEST * 4].decode("utf-8", "replace")
    if len(content) <= LONGEST:
        text = json.dumps(json.loads(content), indent=2, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… cut here"


def _statistics(request: Mapping[str, Any], content: bytes, root: str) -> ResultView:
    # The time it took is the run's own: it would make equal results differ.
    found = StatisticsTask().decode(json.dumps({"seconds": 0.0} | json.loads(content)).encode())
    asked = "?approximate=1" if request.get("approximate") else ""
    lines = [
        {
            "column": column,
            "figures": [
                figure(value) if isinstance(value, int | float) else str(value)[:40]
                for value in (
                    getattr(column, name, None) for name in ("min", "median", "mean", "max")
                )
            ],
        }
        for column in found.columns[:COLUMNS]
    ]
    context = {"statistics": found, "lines": lines}
    return ResultView("runs/result_statistics.html", context, root and root + asked)


def _outliers(request: Mapping[str, Any], content: bytes, root: str) -> ResultView:
    from modelyard.datasets.outliers import at_threshold

    scan = OutliersTask().decode(content)
    asked = {"detector": request["detector"], "seed": request["seed"]}
    if request.get("columns"):
        asked["columns"] = ",".join(request["columns"])
    context = {
        "scan": scan,
        "cut": at_threshold(scan, scan.curve, THRESHOLD),
        "worst": scan.worst[:WORST],
        "root": root,
    }
    address = root and f"{root}/outliers?{urlencode(asked)}"
    return ResultView("runs/result_outliers.html", context, address)


def _correlation(request: Mapping[str, Any], content: bytes, root: str) -> ResultView:  # noqa: ARG001
    found = CorrelationTask().decode(content)
    pairs = [
        (one, other, value)
        for row, (one, values) in enumerate(zip(found.columns, found.values, strict=True))
        for other, value in zip(found.columns[:row], values[:row], strict=True)
        if value is not None
    ]
    pairs.sort(key=lambda pair: -abs(pair[2]))
    context = {"correlation": found, "pairs": pairs[:PAIRS]}
    return ResultView("runs/result_correlation.html", context, root and f"{root}#correlation")


def _benchmark(request: Mapping[str, Any], content: bytes, root: str) -> ResultView:  # noqa: ARG001
    return ResultView("runs/result_benchmark.html", {"report": BenchmarkTask().decode(content)})


def _of_model(request: Mapping[str, Any], content: bytes, root: str) -> ResultView:  # noqa: ARG001
    from modelyard.web.pages.models.training_views import shown_score, shown_training

    found = json.loads(content)
    if "candidate" in found:
        return ResultView("runs/result_train.html", {"training": shown_training(found)})
    return ResultView("runs/result_score.html", {"score": shown_score(found)})


def _scenarios(request: Mapping[str, Any], content: bytes, root: str) -> ResultView:  # noqa: ARG001
    from modelyard.web.what_if.run_views import scenarios_view

    return ResultView("runs/result_scenarios.html", scenarios_view(json.loads(content)))


def _chance(request: Mapping[str, Any], content: bytes, root: str) -> ResultView:  # noqa: ARG001
    from modelyard.web.what_if.run_views import chance_view

    return ResultView("runs/result_montecarlo.html", chance_view(json.loads(content)))


SHAPES: dict[str, Callable[[Mapping[str, Any], bytes, str], ResultView]] = {
    "score": _of_model,
    "train": _of_model,
    "statistics": _statistics,
    "outliers": _outliers,
    "correlation": _correlation,
    "benchmark": _benchmark,
    "scenario": _scenarios,
    "montecarlo": _chance,
}

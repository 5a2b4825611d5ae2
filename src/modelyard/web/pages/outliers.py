"""The rows that stand out, and why."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from modelyard.datasets.dataset import Dataset
from modelyard.datasets.tasks import OutliersTask
from modelyard.errors import ModelyardError
from modelyard.runs.child_state import ChildState
from modelyard.web.api.scans import outliers_task, refuse_unknown_detector
from modelyard.web.needs import guarded
from modelyard.web.pages.costs import find_warning
from modelyard.web.pages.frame import View, api_of, ask, framed, status_of, waiting
from modelyard.web.query import Query

if TYPE_CHECKING:
    from modelyard.datasets.outliers import OutlierScan

SHOWN = 25
"""The worst rows on a page."""
MOST_SHOWN = 500
MOST_VALUES = 60
"""Values of a row that a card holds; the row's own page has the rest."""
MOST_COLUMNS = 200
THRESHOLD = 99.0
blueprint = Blueprint("outlier_pages", __name__)


@blueprint.get("/datasets/<name>/outliers")
@guarded("read", "dataset")
def outliers(name: str) -> Response:
    """Show the outliers."""
    return framed(name, "outliers", show_outliers)


def show_outliers(dataset: Dataset) -> View:
    """Show the scan at a threshold, or how far it is; a detector that refuses leaves the choice."""
    query = Query(request.args, "detector", "seed", "columns", "threshold", "limit", "read")
    threshold = query.number("threshold", THRESHOLD, 0, 100)
    limit = query.integer("limit", SHOWN, 1, MOST_SHOWN)
    task = outliers_task(query)
    warning = find_warning(dataset, task, query.flag("read"))
    if warning is not None:
        return warning
    context = {
        "detectors": detectors(),
        "task": task,
        "threshold": threshold,
        "scan": None,
        "scores_file": f"{api_of(dataset, 'outliers')}?{_asked(task)}&format=csv",
    }
    try:
        refuse_unknown_detector(task)
        outcome = ask(dataset, task)
    except ModelyardError as fault:
        status, title = status_of(fault)
        return View(
            "datasets/outliers.html", context | {"fault": fault, "fault_title": title}, status
        )
    if isinstance(outcome, ChildState):
        poll = f"{api_of(dataset, 'outliers')}?{_asked(task)}&limit=0"
        return View("datasets/outliers.html", context | waiting(outcome, poll), 202)
    scan = task.decode(outcome.content)
    return View("datasets/outliers.html", context | scan_context(scan, threshold, limit))


def detectors() -> list[tuple[str, str]]:
    """List the detectors: names and titles."""
    from modelyard.datasets.outliers.detectors import DETECTORS

    return [(detector.name, detector.title) for detector in DETECTORS.values()]


def scan_context(scan: "OutlierScan", threshold: float, limit: int) -> dict[str, Any]:
    """Shape a scan at a threshold: nothing is fitted again."""
    from modelyard.datasets.outliers import at_threshold
    from modelyard.web.charts import histogram

    line = at_threshold(scan, scan.curve, threshold)
    picture = histogram(
        scan.histogram, "How many rows have which score", marker=line.score, is_logarithmic=True
    )
    return {
        "scan": scan,
        "line": line,
        "picture": picture,
        "curve": curve_text(scan),
        "worst": scan.worst[:limit],
        "most_values": MOST_VALUES,
        "most_columns": MOST_COLUMNS,
        "more": min(len(scan.worst), limit * 4) if limit < len(scan.worst) else 0,
    }


def curve_text(scan: "OutlierScan") -> str:
    """Write the curve for the slider: percentile, score and flagged count of each point."""
    curve = scan.curve
    points = zip(curve.percentiles, curve.scores, curve.flagged, strict=True)
    return ";".join(f"{percent:.7g},{score:.7g},{count}" for percent, score, count in points)


def _asked(task: OutliersTask) -> str:
    pairs = {"detector": task.detector, "seed": str(task.seed)}
    return urlencode(pairs | ({"columns": ",".join(task.columns)} if task.columns else {}))

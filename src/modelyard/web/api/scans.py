"""Outlier scans over REST: the threshold is applied here, after the fit."""

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response

from modelyard.answers import Answer
from modelyard.datasets.dataset import Dataset
from modelyard.datasets.tasks import OutliersTask
from modelyard.errors import Unavailable
from modelyard.web.api.rows import as_file, chosen_format, rows_tag
from modelyard.web.live import live
from modelyard.web.query import Query
from modelyard.web.replies import as_json, computed

if TYPE_CHECKING:
    import polars as pl

PARAMETERS = ("detector", "seed", "columns", "threshold", "limit", "format", "wait")
MOST_WORST = 500


def outliers_task(query: Query) -> OutliersTask:
    """Read which scan is asked for."""
    return OutliersTask(
        detector=query.text("detector", "iforest"),
        seed=query.integer("seed", 0, 0, 2**31 - 1),
        columns=query.names("columns"),
    )


def refuse_unknown_detector(task: OutliersTask) -> None:
    """Raise Invalid for a detector that there is not: no process is started to find that out."""
    from modelyard.datasets.outliers.detectors import get_detector

    get_detector(task.detector)


def threshold_of(query: Query) -> float:
    """Read the percentile above which rows are flagged."""
    return query.number("threshold", 99.0, 0, 100)


def answer_outliers(dataset: Dataset, query: Query, wait_s: float) -> Response:
    """Answer with the flagged count and the worst rows, or as a file with every row's score."""
    threshold = threshold_of(query)
    limit = query.integer("limit", 50, 0, MOST_WORST)
    kind = chosen_format(query)
    task = outliers_task(query)
    refuse_unknown_detector(task)
    outcome = computed(dataset, task, wait_s)
    if kind != "json" and isinstance(outcome, Answer) and find_scores(dataset, outcome) is None:
        live().answers.forget(dataset, outcome)
        outcome = computed(dataset, task, wait_s)
    if isinstance(outcome, Response):
        return outcome
    if kind == "json":
        return _as_json(dataset, task, outcome, threshold, limit)
    return as_file(
        dataset.where, all_scores(dataset, outcome, threshold), kind, f"{dataset.name}-outliers"
    )


def find_scores(dataset: Dataset, answer: Answer) -> Path | None:
    """Give the file with the scores of all rows, or None where the cache has dropped it."""
    return dataset.results.find_path(f"{answer.tag}.npy")


def all_scores(dataset: Dataset, answer: Answer, threshold: float) -> "pl.DataFrame":
    """Give row, score, percentile and flag of every row.

    Raises Unavailable where the scores could not be kept.
    """
    import numpy as np
    import polars as pl

    path = find_scores(dataset, answer)
    if path is None:
        raise Unavailable(dataset.where, "the scores could not be kept.", "Is there room on disk?")
    scores = pl.Series("score", np.load(path))
    percentile = (scores.rank("max") / len(scores) * 100).alias("percentile")
    table = pl.DataFrame([scores, percentile]).with_row_index("row")
    return table.with_columns(flagged=pl.col("score") > _cut(answer, threshold))


def _cut(answer: Answer, threshold: float) -> float:
    from modelyard.datasets.outliers import at_threshold

    scan = OutliersTask().decode(answer.content)
    return at_threshold(scan, scan.curve, threshold).score


def _as_json(
    dataset: Dataset, task: OutliersTask, answer: Answer, threshold: float, limit: int
) -> Response:
    import msgspec

    from modelyard.datasets.outliers import at_threshold

    scan = task.decode(answer.content)
    line = at_threshold(scan, scan.curve, threshold)
    plain = msgspec.to_builtins(scan)
    flagged = set(line.flagged_worst)
    worst = [row | {"flagged": row["row"] in flagged} for row in plain.pop("worst")[:limit]]
    content = {
        "dataset": dataset.name,
        "fingerprint": answer.fingerprint,
        **plain,
        "threshold": {"percentile": line.percentile, "score": line.score},
        "flagged": line.flagged,
        "worst": worst,
    }
    return as_json(content, f"{answer.tag}-{rows_tag(dataset, 'json')}")

"""Moving the threshold after the fit."""

import numpy as np

from modelyard.datasets.outliers.curve import count_above, scores_at
from modelyard.datasets.outliers.detector import Scores
from modelyard.datasets.outliers.results import Curve, OutlierScan, Threshold
from modelyard.errors import Invalid


def at_threshold(
    scan: OutlierScan, scores_or_curve: Scores | Curve, percentile: float
) -> Threshold:
    """Flag the rows whose score is above the given percentile of all scores; nothing is fitted.

    With the scores of all rows the answer is exact. With the scan's curve it is exact too, at
    the nearest point of the curve, which the answer names. Rows of equal score are flagged
    together or not at all. Raises Invalid for a
    percentile outside 0 to 100.
    """
    if not 0 <= percentile <= 100:
        raise Invalid("threshold", f"{percentile:g} is not a percentile from 0 to 100.")
    if isinstance(scores_or_curve, Curve):
        point, score, flagged = _on_curve(scores_or_curve, percentile)
    else:
        point, score, flagged = _among(scores_or_curve, percentile)
    rows = tuple(row.row for row in scan.worst if row.score > score)
    return Threshold(percentile=point, score=score, flagged=flagged, flagged_worst=rows)


def _on_curve(curve: Curve, percentile: float) -> tuple[float, float, int]:
    """Give the curve's nearest point: percentile, score and count of flagged rows."""
    near = int(np.abs(np.array(curve.percentiles) - percentile).argmin())
    return curve.percentiles[near], curve.scores[near], curve.flagged[near]


def _among(scores: Scores, percentile: float) -> tuple[float, float, int]:
    """Give the percentile, its score among all scores, and the count of flagged rows."""
    ordered = np.sort(scores)
    score = scores_at(ordered, np.array([percentile]))
    return percentile, float(score[0]), int(count_above(ordered, score)[0])

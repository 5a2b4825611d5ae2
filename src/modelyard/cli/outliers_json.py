"""A search for outliers as JSON, in the shape that the REST API gives it."""

from typing import TYPE_CHECKING, Any

from modelyard.cli.json_document import plain

if TYPE_CHECKING:
    from modelyard.datasets.outliers import OutlierScan, Threshold


def content_of(scan: "OutlierScan", threshold: "Threshold", limit: int) -> dict[str, Any]:
    """Give the scan, where the line is drawn, and the worst rows, each flagged or not."""
    content = plain(scan)
    flagged = set(threshold.flagged_worst)
    worst = [row | {"flagged": row["row"] in flagged} for row in content.pop("worst")[:limit]]
    return {
        **content,
        "threshold": {"percentile": threshold.percentile, "score": threshold.score},
        "flagged": threshold.flagged,
        "worst": worst,
    }

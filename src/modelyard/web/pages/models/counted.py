"""Predictions that pages ask for, counted as those of protocols are."""

from typing import TYPE_CHECKING, Any

from modelyard import metrics

if TYPE_CHECKING:
    from modelyard.models.predict import Prediction
    from modelyard.models.serving import Served

PROTOCOL = "page"


def predicted(served: "Served", records: Any) -> "Prediction":
    """Answer a record or a list of records; raises BadInput, and what `predict` raises."""
    found = served.predictor.predict_records(records)
    version = served.version
    metrics.count_predictions(
        len(found.predictions),
        model=version.model,
        version=str(version.number),
        protocol=PROTOCOL,
    )
    return found

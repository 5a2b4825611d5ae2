"""`{"instances": [...]}` to `{"predictions": [...]}`, as KServe V1 and Vertex AI have it."""

from typing import Any

from modelyard.errors import ModelyardError
from modelyard.models.serving import Served
from modelyard.protocols.exchange import Answered, Asked, Listed, media_type_of
from modelyard.protocols.faults import status_of, told, unreadable
from modelyard.protocols.json_text import encode, read_object
from modelyard.protocols.lists import missing_key, rows_of_list
from modelyard.protocols.protocol import LanguageName

JSON = "application/json"
STATES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT",
    415: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
"""Google's words for what went wrong."""


def predict_instances(served: Served, asked: Asked) -> Answered:
    """Answer a list of instances. Raises BadInput and UnreadableType."""
    if media_type_of(asked.media_type) not in {"", JSON}:
        raise unreadable(asked.media_type, (JSON,))
    given = read_object(asked.body)
    if "instances" not in given:
        raise missing_key(given, ("instances",))
    predictor = served.predictor
    rows = rows_of_list(predictor.reader, given["instances"], "instances")
    predictions = predictor.predict(rows, probabilities=False).predictions
    return Answered(encode({"predictions": predictions}), rows=len(predictions))


class KServe:
    """KServe's first protocol, which TensorFlow Serving had before."""

    name: LanguageName = "kserve"

    def predict(self, served: Served, asked: Asked) -> Answered:
        """Answer a list of instances. Raises BadInput and UnreadableType."""
        return predict_instances(served, asked)

    def refuse(self, error: ModelyardError, path: str) -> Answered:  # noqa: ARG002
        """Give the error as one text."""
        return Answered(encode({"error": told(error)}), status_of(error))

    def list_models(self, listed: list[Listed], asked: Asked) -> Answered:  # noqa: ARG002
        """Give the names of the models."""
        return Answered(encode({"models": [one.name for one in listed]}))

    def is_ready(self, name: str, is_ready: bool) -> Answered:
        """Say whether a model can be asked."""
        return Answered(encode({"name": name, "ready": is_ready}), 200 if is_ready else 503)


class Vertex:
    """What Vertex AI sends to a container of one's own."""

    name: LanguageName = "vertex"

    def predict(self, served: Served, asked: Asked) -> Answered:
        """Answer a list of instances. Raises BadInput and UnreadableType."""
        return predict_instances(served, asked)

    def refuse(self, error: ModelyardError, path: str) -> Answered:  # noqa: ARG002
        """Give the error as Google's services do."""
        status = status_of(error)
        state = STATES.get(status, "INTERNAL")
        words: dict[str, Any] = {"code": status, "message": told(error), "status": state}
        return Answered(encode({"error": words}), status)

    def ping(self, is_ready: bool) -> Answered:
        """Say whether the model can be asked."""
        return Answered(encode({"ready": is_ready}), 200 if is_ready else 503)

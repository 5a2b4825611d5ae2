"""Modelyard's own way: a record, records, columns, or a table; the answer names its version."""

from functools import lru_cache
from itertools import starmap
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from modelyard.errors import Invalid, ModelyardError
from modelyard.models.flags import Flag
from modelyard.models.input_faults import BadInput
from modelyard.models.predict import Prediction, Predictor
from modelyard.models.serving import Served
from modelyard.protocols.exchange import Answered, Asked, media_type_of
from modelyard.protocols.faults import LONGEST, status_of, unreadable
from modelyard.protocols.json_text import encode
from modelyard.protocols.protocol import LanguageName
from modelyard.protocols.tables import TABLES, rows_of_body

JSON = "application/json"
KNOWN = (JSON, *TABLES)
PROBLEM = "application/problem+json"
TITLES = {
    400: "Cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method Not Allowed",
    409: "Contradicts the present state",
    413: "Too large",
    415: "Of another kind than is read here",
    422: "Cannot be used as it is",
    429: "Too many attempts",
    503: "Not available",
}


class Predicted(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer; lists have one entry per row."""

    model: str
    version: int
    predictions: list[Any]
    probabilities: list[Any] = []
    """Of each row the probability by class; of a model with several outputs, a list of those."""
    scores: list[float] = []
    flags: tuple[Flag, ...] = ()


class Native:
    """JSON in the forms people write, and files of tables."""

    name: LanguageName = "native"

    def predict(self, served: Served, asked: Asked) -> Answered:
        """Answer; raises BadInput, Invalid for an unknown parameter, UnreadableType."""
        wanted = not asked.query or _wants_probabilities(asked.query)
        predictor, sent = served.predictor, asked.media_type
        if sent == JSON or _is_json(sent):
            prediction = predictor.predict_json(asked.body, probabilities=wanted)
        else:
            kind = media_type_of(sent)
            if kind not in TABLES:
                raise unreadable(sent, KNOWN)
            rows = rows_of_body(predictor, asked.body, kind)
            prediction = predictor.predict(rows, probabilities=wanted)
        version = served.version
        answer = Predicted(
            version.model,
            version.number,
            prediction.predictions,
            by_class(predictor, prediction),
            prediction.scores,
            prediction.flags,
        )
        return Answered(encode(answer), rows=len(prediction.predictions))

    def refuse(self, error: ModelyardError, path: str) -> Answered:
        """Give an error as RFC 9457 has it, with all faults by row and field."""
        status = status_of(error, invalid=422)
        parts: dict[str, Any] = {
            "type": f"/docs/errors#{status}",
            "title": TITLES.get(status, "Something went wrong on our side"),
            "status": status,
            "detail": error.why[:LONGEST],
            "instance": path[:LONGEST],
            "where": error.where[:LONGEST],
        }
        if error.cure:
            parts["cure"] = error.cure[:LONGEST]
        if isinstance(error, BadInput):
            parts["faults"] = error.faults
        return Answered(encode(parts), status, PROBLEM)


def by_class(predictor: Predictor, prediction: Prediction) -> list[Any]:
    """Give the probabilities of every row by class."""
    given = prediction.probabilities
    if not given:
        return given
    made = predictor.by_class
    if len(made) == 1:
        return list(starmap(made[0], given))
    return [
        [one(*row) for one, row in zip(made, rows, strict=True)]
        for rows in zip(*given, strict=True)
    ]


@lru_cache(maxsize=256)
def _wants_probabilities(query: str) -> bool:
    """Read the parameters; raises Invalid for an unknown one."""
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name in given:
        if name not in {"version", "probabilities"}:
            raise Invalid(
                f"parameter '{name[:80]}'",
                "is not known here.",
                "Known: version, probabilities. Inputs go into the body.",
            )
    text = given.get("probabilities", "true").lower()
    if text not in {"true", "false"}:
        raise Invalid("parameter 'probabilities'", "must be true or false.")
    return text == "true"


@lru_cache(maxsize=256)
def _is_json(sent: str) -> bool:
    kind = media_type_of(sent)
    return kind in {"", JSON} or (kind.startswith("application/") and kind.endswith("+json"))

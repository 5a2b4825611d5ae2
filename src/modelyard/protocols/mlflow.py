"""MLflow's scoring server, which answers SageMaker as well: `/invocations` and `/ping`."""

from typing import Any

from modelyard.errors import ModelyardError
from modelyard.models.input_faults import bad
from modelyard.models.rows import Rows
from modelyard.models.serving import Served
from modelyard.models.signature import Reader
from modelyard.protocols.exchange import Answered, Asked, media_type_of
from modelyard.protocols.faults import status_of, told, unreadable
from modelyard.protocols.json_text import encode, read_object
from modelyard.protocols.lists import missing_key, rows_of_columns, rows_of_list
from modelyard.protocols.protocol import LanguageName
from modelyard.protocols.tables import CSV, rows_of_body
from modelyard.version import VERSION

JSON = "application/json"
FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")
CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    409: "INVALID_STATE",
    413: "INVALID_PARAMETER_VALUE",
    415: "INVALID_PARAMETER_VALUE",
    429: "REQUEST_LIMIT_EXCEEDED",
    503: "TEMPORARILY_UNAVAILABLE",
}


class MLflow:
    """Tables as pandas writes them, and lists of instances."""

    name: LanguageName = "mlflow"

    def predict(self, served: Served, asked: Asked) -> Answered:
        """Answer; raises BadInput and UnreadableType."""
        predictor = served.predictor
        if _kind_of(asked.media_type) == CSV:
            rows = rows_of_body(predictor, asked.body, CSV)
        else:
            rows = _rows_of(predictor.reader, read_object(asked.body))
        predictions = predictor.predict(rows, probabilities=False).predictions
        return Answered(encode({"predictions": predictions}), rows=len(predictions))

    def refuse(self, error: ModelyardError, path: str) -> Answered:  # noqa: ARG002
        """Give the error with MLflow's code, and never a trace."""
        status = status_of(error)
        code = CODES.get(status, "INTERNAL_ERROR")
        return Answered(encode({"error_code": code, "message": told(error)}), status)

    def ping(self, is_ready: bool) -> Answered:
        """Say whether the model can be asked."""
        return Answered(b"\n", 200 if is_ready else 404)

    def version(self) -> Answered:
        """Give the version of the service."""
        return Answered(VERSION.encode(), media_type="text/plain; charset=utf-8")


def _kind_of(sent: str) -> str:
    """Read the media type as strictly as MLflow does: UTF-8, and no other parameters."""
    kind = media_type_of(sent)
    if kind not in {"", JSON, CSV}:
        raise unreadable(sent, (JSON, CSV))
    for parameter in sent.split(";")[1:]:
        name, _, value = parameter.strip().lower().partition("=")
        if name and (name, value.strip('"')) != ("charset", "utf-8"):
            raise unreadable(sent, (f"{kind}; charset=utf-8",))
    return kind or JSON


def _rows_of(reader: Reader, given: dict[str, Any]) -> Rows:
    """Read one of the four forms; what else stands beside it is left alone, as MLflow does."""
    forms = [form for form in FORMS if form in given]
    if not forms:
        raise missing_key(given, FORMS)
    if len(forms) > 1:
        raise bad(f"{' and '.join(map(repr, forms))} are there at once.", "Send one of them.")
    if not isinstance(given.get("params", {}), dict):
        raise bad("is not an object.", field="params")
    form, content = forms[0], given[forms[0]]
    if form == "dataframe_split":
        return _rows_of_split(reader, content)
    if form == "inputs" and isinstance(content, dict):
        return rows_of_columns(reader, content)
    return rows_of_list(reader, content, form)


def _rows_of_split(reader: Reader, content: Any) -> Rows:
    """Read names and rows of values that stand apart."""
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise bad("has no list 'data'.", field="dataframe_split")
    rows, names = content["data"], content.get("columns")
    if names is None or not reader.signature.is_named:
        return reader.table(rows)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise bad("is not a list of names.", field="columns")
    if len(set(names)) != len(names):
        raise bad("has a name twice.", field="columns")
    if tuple(names) == reader.signature.names:
        return reader.table(rows)
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(names):
            what = f"{len(row)} values" if isinstance(row, list) else "no list of values"
            raise bad(f"has {what} for {len(names)} names.", row=number)
    columns = zip(*rows, strict=True) if rows else [[] for _ in names]
    return reader.columns(dict(zip(names, map(list, columns), strict=True)))

"""A small model that needs no file, and all ways in which rows are sent to it."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from modelyard.models.description import Description, Field, Outcome, Plan, Signature
from modelyard.models.predict import Predictor
from modelyard.models.rows import Rows
from modelyard.models.serving import Served
from modelyard.models.version import Version
from modelyard.protocols.exchange import Answered, Asked
from modelyard.protocols.protocol import Language, LanguageName, language_of

FIELDS = (
    Field(name="age", low=0.0, high=100.0),
    Field(name="income", is_nullable=True),
    Field(name="plan", kind="text", categories=("basic", "plus"), refuses_unknown=True),
    Field(name="member", kind="boolean"),
)
ROWS: list[dict[str, Any]] = [
    {"age": 30, "income": 1000.5, "plan": "basic", "member": True},
    {"age": 70.5, "income": 2000, "plan": "plus", "member": False},
    {"age": 50, "income": 10, "plan": "plus", "member": True},
]
DTYPES = {"age": "FP64", "income": "FP32", "plan": "BYTES", "member": "BOOL"}
Row = dict[str, Any]


class OldLeave:
    """A runtime: whoever is above fifty leaves."""

    def predict(self, rows: Rows) -> Outcome:
        ages = rows.columns[0] if rows.matrix is None else rows.matrix[:, 0]
        leaves = np.clip(ages / 100, 0, 1)
        labels = np.array(["leaves" if age > 50 else "stays" for age in ages.tolist()], object)
        return Outcome(predictions=labels, probabilities=(np.column_stack([leaves, 1 - leaves]),))

    def close(self) -> None:
        pass


def served_by(runtime: Any, name: str = "churn", **parts: Any) -> Served:
    """Give a model as the registry gives it."""
    given = {
        "task": "classification",
        "estimator": "OldLeave",
        "signature": Signature(fields=FIELDS, shape="columns"),
        "plan": Plan(runtime="onnx"),
        "classes": (("leaves", "stays"),),
        "has_probabilities": True,
    }
    description = Description(**(given | parts))
    version = Version(
        **{"model": name, "number": 3, "sha256": "", "digest": "", "file_name": "churn.joblib"},
        **{"format": "joblib", "bytes": 1, "state": "opened", "description": description},
        **{"converted": "", "fault": None, "held_back": "", "note": "", "sidecar": ""},
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        created_by="",
    )
    return Served(version, Predictor(description, runtime))


@dataclass(frozen=True)
class Sender:
    """One way to send rows in one protocol."""

    language_name: LanguageName
    write: Callable[[list[Row]], Asked]
    has_nulls: bool = True
    has_types: bool = True
    """Whether a value of another type can be sent at all."""

    @property
    def language(self) -> Language:
        return language_of(self.language_name)

    def ask(self, served: Served, rows: list[Row]) -> Answered:
        """Give the answer, or the refusal in the protocol's own shape."""
        return self.answer(served, self.write(rows))

    def answer(self, served: Served, asked: Asked) -> Answered:
        from modelyard.errors import ModelyardError

        try:
            return self.language.predict(served, asked)
        except ModelyardError as fault:
            return self.language.refuse(fault, "/here")


def as_json(content: Any) -> Asked:
    return Asked(json.dumps(content).encode(), "application/json; charset=utf-8")


def columns_of(rows: list[Row]) -> dict[str, list[Any]]:
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(ROWS[0])
    return {name: [row.get(name) for row in rows] for name in names}


def as_csv(rows: list[Row]) -> Asked:
    columns = columns_of(rows)
    lines = [",".join(columns)]
    for number in range(len(rows)):
        cells = [column[number] for column in columns.values()]
        lines.append(",".join("" if cell is None else str(cell) for cell in cells))
    return Asked("\n".join(lines).encode(), "text/csv")


def as_file(kind: str) -> Callable[[list[Row]], Asked]:
    def write(rows: list[Row]) -> Asked:
        stream, frame = io.BytesIO(), pl.DataFrame(columns_of(rows), strict=False)
        if kind == "parquet":
            frame.write_parquet(stream)
        elif kind == "arrow.stream":
            frame.write_ipc_stream(stream)
        else:
            frame.write_ipc(stream)
        return Asked(stream.getvalue(), f"application/vnd.apache.{kind}")

    return write


def as_split(rows: list[Row]) -> Asked:
    columns = columns_of(rows)
    data = [list(values) for values in zip(*columns.values(), strict=True)]
    return as_json({"dataframe_split": {"columns": list(columns), "data": data}})


def as_tensors(rows: list[Row]) -> Asked:
    inputs = [
        {
            "name": name,
            "shape": [len(rows), 1],
            "datatype": DTYPES.get(name, "FP64"),
            "data": column,
        }
        for name, column in columns_of(rows).items()
    ]
    return as_json({"inputs": inputs, "parameters": {"content_type": "pd"}})


def as_binary_tensors(rows: list[Row]) -> Asked:
    inputs, behind = [], b""
    for name, column in columns_of(rows).items():
        datatype = DTYPES.get(name, "FP64")
        if datatype == "BYTES":
            texts = [str(one).encode() for one in column]
            content = b"".join(len(one).to_bytes(4, "little") + one for one in texts)
        else:
            kind = {"FP64": "<f8", "FP32": "<f4", "BOOL": "?"}[datatype]
            content = np.array([0 if one is None else one for one in column], kind).tobytes()
        told = {"binary_data_size": len(content)}
        shape = [len(rows)]
        inputs.append({"name": name, "shape": shape, "datatype": datatype, "parameters": told})
        behind += content
    head = json.dumps({"inputs": inputs}).encode()
    return Asked(head + behind, "application/octet-stream", json_bytes=str(len(head)))


SENDERS = {
    "native records": Sender("native", as_json),
    "native columns": Sender("native", lambda rows: as_json({"columns": columns_of(rows)})),
    "native bare columns": Sender("native", lambda rows: as_json(columns_of(rows))),
    "native csv": Sender("native", as_csv),
    "native parquet": Sender("native", as_file("parquet"), has_types=False),
    "native arrow stream": Sender("native", as_file("arrow.stream"), has_types=False),
    "native arrow file": Sender("native", as_file("arrow.file"), has_types=False),
    "tensors": Sender("open inference", as_tensors),
    "binary tensors": Sender("open inference", as_binary_tensors, has_nulls=False, has_types=False),
    "mlflow split": Sender("mlflow", as_split),
    "mlflow records": Sender("mlflow", lambda rows: as_json({"dataframe_records": rows})),
    "mlflow instances": Sender("mlflow", lambda rows: as_json({"instances": rows})),
    "mlflow inputs": Sender("mlflow", lambda rows: as_json({"inputs": columns_of(rows)})),
    "mlflow csv": Sender("mlflow", as_csv),
    "kserve": Sender("kserve", lambda rows: as_json({"instances": rows})),
    "vertex": Sender("vertex", lambda rows: as_json({"instances": rows, "parameters": {}})),
}


def words_of(language_name: str, answered: Answered) -> str:
    """Give the words of a refusal, found where the protocol has them; nothing else stands there."""
    content = json.loads(answered.body)
    if language_name == "native":
        assert answered.media_type == "application/problem+json"
        assert content["status"] == answered.status
        assert {"type", "title", "detail", "instance", "where"} <= set(content)
        return f"{content['where']}: {content['detail']} {content.get('cure', '')}"
    assert answered.media_type == "application/json"
    if language_name == "mlflow":
        assert set(content) == {"error_code", "message"}
        return str(content["message"])
    assert set(content) == {"error"}
    if language_name == "vertex":
        assert set(content["error"]) == {"code", "message", "status"}
        assert content["error"]["code"] == answered.status
        return str(content["error"]["message"])
    return str(content["error"])

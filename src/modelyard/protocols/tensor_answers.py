"""Answers of a model as tensors of the Open Inference Protocol."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelyard.models.description import Description, FieldKind, Outcome, Value

DATATYPES: dict[FieldKind, str] = {"number": "FP64", "text": "BYTES", "boolean": "BOOL"}
KINDS: dict[str, Any] = {"FP64": "<f8", "INT64": "<i8", "BOOL": "?"}


class TensorAnswer(msgspec.Struct, omit_defaults=True):
    """One output; its values stand in `data`, or behind the JSON."""

    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, Any] = {}
    data: list[Any] | None = None


class TensorShape(msgspec.Struct, frozen=True):
    """What a model takes or gives under a name."""

    name: str
    datatype: str
    shape: list[int]


def inputs_of(description: Description) -> list[TensorShape]:
    """Give what a model takes: a column per input, or one table where these have no names."""
    signature = description.signature
    if signature.shape == "matrix" and not signature.is_named:
        return [TensorShape("input-0", "FP64", [-1, len(signature.fields)])]
    return [TensorShape(field.name, DATATYPES[field.kind], [-1, 1]) for field in signature.fields]


def outputs_of(description: Description) -> list[TensorShape]:
    """Give what a model answers, in this order."""
    several = len(description.outputs) > 1
    width = [-1, len(description.outputs)] if several else [-1]
    if description.task == "transformation":
        width = [-1, -1]
    found = [TensorShape("predict", _datatype(description), width)]
    if description.has_probabilities:
        for name, classes in zip(_proba_names(description), description.classes, strict=True):
            found.append(TensorShape(name, "FP64", [-1, len(classes)]))
    if description.has_scores:
        found.append(TensorShape("decision_function", "FP64", [-1]))
    return found


def arrays_of(description: Description, outcome: Outcome) -> dict[str, NDArray[Any]]:
    """Give the answer of a model by the names of `outputs_of`."""
    found = {"predict": np.asarray(outcome.predictions)}
    if outcome.probabilities:
        found |= dict(zip(_proba_names(description), outcome.probabilities, strict=True))
    if outcome.scores is not None:
        found["decision_function"] = np.asarray(outcome.scores)
    return found


def answer_of(name: str, datatype: str, array: NDArray[Any]) -> TensorAnswer:
    """Write an output in JSON."""
    flat = array.ravel()
    if datatype == "BYTES":
        data = [str(value) for value in flat.tolist()]
    else:
        data = flat.astype(KINDS[datatype], copy=False).tolist()
    return TensorAnswer(name, list(array.shape), datatype, {}, data)


def binary_of(name: str, datatype: str, array: NDArray[Any]) -> tuple[TensorAnswer, bytes]:
    """Write an output in binary."""
    if datatype == "BYTES":
        texts = [str(value).encode() for value in array.ravel().tolist()]
        content = b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    else:
        content = np.ascontiguousarray(array.astype(KINDS[datatype], copy=False)).tobytes()
    told = {"binary_data_size": len(content)}
    return TensorAnswer(name, list(array.shape), datatype, told), content


def _datatype(description: Description) -> str:
    if description.task in {"clustering", "outliers"}:
        return "INT64"
    if description.task != "classification":
        return "FP64"
    kinds = {_kind_of(value) for classes in description.classes for value in classes}
    return kinds.pop() if len(kinds) == 1 else "BYTES"


def _kind_of(value: Value) -> str:
    if isinstance(value, bool):
        return "BOOL"
    if isinstance(value, int):
        return "INT64"
    return "FP64" if isinstance(value, float) else "BYTES"


def _proba_names(description: Description) -> list[str]:
    if len(description.classes) == 1:
        return ["predict_proba"]
    return [f"predict_proba_{name}" for name in description.outputs]

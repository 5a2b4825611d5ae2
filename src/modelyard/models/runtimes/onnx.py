"""Serving an ONNX graph with ONNX Runtime, in this process, on one thread per request."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelyard.errors import Invalid, Unavailable
from modelyard.models.description import Description, Outcome
from modelyard.models.rows import Rows, are_modest

MATRIX = "rows"
MISSING = "\x00missing"
"""What stands for a missing text: a value that no training data has."""
UNKNOWN_NUMBER = -(2.0**62)
"""What stands for a number among categories that is no whole number, so none of them."""
QUIET = 4
TYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
    "tensor(string)": np.object_,
}


class OnnxRuntime:
    """One graph; its session may be run by several threads at once."""

    def __init__(self, description: Description, content: bytes) -> None:
        """Open a graph. Raises Invalid where it is none that can be run here."""
        self._session = open_session(content)
        self._description = description
        inputs = self._session.get_inputs()
        self._inputs = tuple((one.name, TYPES.get(one.type, np.float32)) for one in inputs)
        self._one_input = description.signature.shape == "matrix" and len(inputs) == 1
        names = [one.name for one in self._session.get_outputs()]
        self._wanted = list(description.plan.outputs) or _wanted(description, names)
        self._rounds = description.plan.rounds
        self._boolean = bool(description.classes) and isinstance(description.classes[0][0], bool)

    def predict(self, rows: Rows) -> Outcome:
        """Answer a batch."""
        return self.read(self.run(self._feed(rows)))

    def run(self, feed: dict[str, NDArray[Any]]) -> list[Any]:
        """Run the graph as it is. Raises Invalid where it refuses its inputs."""
        try:
            answer: list[Any] = self._session.run(self._wanted, feed)
        except Exception as fault:  # noqa: BLE001  it has no class of its own
            raise Invalid("model", f"could not answer: {_plain(fault)}.") from None
        return answer

    def read(self, answer: list[Any]) -> Outcome:
        """Give the outputs of the graph their meaning."""
        task = self._description.task
        first = answer[0]
        if task == "classification":
            labels = first.astype(bool) if self._boolean else first
            has = self._description.has_probabilities and len(answer) > 1
            return Outcome(predictions=labels, probabilities=(answer[1],) if has else ())
        if task == "outliers":
            scores = answer[1].reshape(-1) if len(answer) > 1 else None
            return Outcome(predictions=first.reshape(-1), scores=scores)
        if task == "regression" and first.ndim == 2 and first.shape[1] == 1:
            first = first.reshape(-1)
        return Outcome(predictions=first)

    def close(self) -> None:
        """Nothing is held but memory."""

    def _feed(self, rows: Rows) -> dict[str, NDArray[Any]]:
        if self._one_input and rows.matrix is not None:
            name, kind = self._inputs[0]
            matrix = rounded(rows.matrix) if self._rounds else rows.matrix
            return {name: as_kind(matrix, kind)}
        columns = rows.columns if rows.matrix is None else tuple(rows.matrix.T)
        return feed_columns(self._inputs, columns)


def feed_columns(
    inputs: tuple[tuple[str, Any], ...], columns: tuple[NDArray[Any], ...]
) -> dict[str, NDArray[Any]]:
    """Give every input of a graph its column, as a matrix of one column."""
    feed = {}
    for (name, kind), column in zip(inputs, columns, strict=True):
        if kind is np.object_:
            values = column.tolist()
            if None in values:
                values = [MISSING if value is None else value for value in values]
            feed[name] = np.array(values, dtype=object).reshape(-1, 1)
        else:
            feed[name] = as_kind(column, kind).reshape(-1, 1)
    return feed


def as_kind(values: NDArray[Any], kind: Any) -> NDArray[Any]:
    """Give numbers in the precision of a graph. Raises Invalid where one is too large for it."""
    if kind is np.float64:
        return values
    if kind is np.int64:
        return np.where(values == np.floor(values), values, UNKNOWN_NUMBER).astype(np.int64)
    if values.dtype == np.float64 and are_modest(values):
        return values.astype(kind)
    with np.errstate(over="ignore", invalid="ignore"):
        cast = values.astype(kind)
    if kind is np.float32 and np.isinf(cast).any():
        raise Invalid("model", "a number is too large: this model works with 32 bits.")
    return cast


def rounded(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give numbers as scikit-learn's trees see them: of 32 bits."""
    return as_kind(matrix, np.float32).astype(np.float64)


def open_session(content: bytes) -> Any:
    """Open a graph for one thread per request, with no memory kept aside."""
    try:
        import onnxruntime
    except ImportError:
        raise Unavailable(
            "onnxruntime", "is not installed.", "Install it: pip install 'modelyard[models]'"
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = QUIET
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as fault:  # noqa: BLE001  it has no class of its own
        raise Invalid("model", f"is no ONNX graph that runs here: {_plain(fault)}.") from None
    session.disable_fallback()
    session._model_bytes = None  # it keeps them for other providers, of which there are none
    return session


def _wanted(description: Description, names: list[str]) -> list[str]:
    """Ask for no more outputs than are read."""
    if description.task == "classification":
        return names[: 2 if description.has_probabilities else 1]
    if description.task == "outliers":
        return names[:2]
    return names[:1]


def _plain(fault: Exception) -> str:
    return " ".join(str(fault).split())[:300].rstrip(".")

"""Serving trees with treelite: exact in 64 bits, also for what ONNX has no words for."""

from typing import Any

import msgspec
import numpy as np

from modelyard.errors import Invalid, Unavailable
from modelyard.models.description import Description, Outcome
from modelyard.models.rows import Rows
from modelyard.models.runtimes.onnx import as_kind, feed_columns, open_session, rounded


class TreeFile(msgspec.Struct, frozen=True):
    """What is kept of a converted model of trees."""

    trees: bytes
    front: bytes = b""
    """The steps before the trees as an ONNX graph; empty where there are none."""


class TreeRuntime:
    """An ensemble of trees, with the steps before it where there are some."""

    def __init__(self, description: Description, content: bytes) -> None:
        """Open the trees. Raises Invalid where they are none."""
        try:
            import treelite
        except ImportError:
            raise Unavailable(
                "treelite", "is not installed.", "Install it: pip install 'modelyard[models]'"
            ) from None
        self._description = description
        kept = msgspec.msgpack.decode(content, type=TreeFile)
        try:
            self._trees = treelite.Model.deserialize_bytes(kept.trees)
        except treelite.TreeliteError as fault:
            raise Invalid("model", f"holds no trees that can be read: {fault}.") from None
        self._predict = treelite.gtil.predict
        self._front = _Front(kept.front) if kept.front else None
        self._kind = np.dtype(self._trees.input_type)
        self._classes = np.array(description.classes[0]) if description.classes else None

    def predict(self, rows: Rows) -> Outcome:
        """Answer a batch."""
        table = rows.matrix if self._front is None else self._front.transform(rows)
        if table is None:
            raise Invalid("model", "takes numbers only.")
        if self._description.plan.rounds:
            table = rounded(table)
        given = self._predict(self._trees, as_kind(table, self._kind.type), nthread=1)
        return self._read(given.reshape(rows.count, -1))

    def close(self) -> None:
        """Nothing is held but memory."""

    def _read(self, given: Any) -> Outcome:
        if self._description.task == "outliers":
            scores = -given[:, 0].astype(np.float64) - self._description.plan.offset
            return Outcome(predictions=np.where(scores < 0, -1, 1), scores=scores)
        if self._classes is None:
            return Outcome(predictions=given[:, 0] if given.shape[1] == 1 else given)
        if given.shape[1] == 1:
            given = np.column_stack([1.0 - given[:, 0], given[:, 0]])
        return Outcome(predictions=self._classes[given.argmax(axis=1)], probabilities=(given,))


class _Front:
    """The steps before the trees."""

    def __init__(self, content: bytes) -> None:
        from modelyard.models.runtimes.onnx import TYPES

        self._session = open_session(content)
        inputs = self._session.get_inputs()
        self._inputs = tuple((one.name, TYPES[one.type]) for one in inputs)
        self._output = [self._session.get_outputs()[0].name]

    def transform(self, rows: Rows) -> Any:
        """Give what the trees are asked with."""
        if rows.matrix is not None and len(self._inputs) == 1:
            name, kind = self._inputs[0]
            feed = {name: as_kind(rows.matrix, kind)}
        else:
            columns = rows.columns if rows.matrix is None else tuple(rows.matrix.T)
            feed = feed_columns(self._inputs, columns)
        return self._session.run(self._output, feed)[0]

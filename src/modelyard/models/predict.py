"""From what a caller sends to what a caller gets: the door to one opened model."""

from collections.abc import Callable
from typing import Any

import msgspec

from modelyard.models.description import Description, Outcome, Value
from modelyard.models.flags import Flag, Watch
from modelyard.models.rows import Rows
from modelyard.models.runtimes import Runtime, open_runtime
from modelyard.models.signature import MOST_ROWS, Reader


class Prediction(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a batch, in plain lists of one entry per row."""

    predictions: list[Any]
    """Classes, values, or a list of several outputs; of `transformation` a list of numbers."""
    probabilities: list[Any] = []
    """Of one output, a list per row in the order of `classes`; of several, one such list each."""
    scores: list[float] = []
    """Of outlier models: below 0 is an outlier."""
    flags: tuple[Flag, ...] = ()


class Predictor:
    """One model, ready to answer. Threads may share it."""

    def __init__(
        self, description: Description, runtime: Runtime, most_rows: int = MOST_ROWS
    ) -> None:
        self.description = description
        self.reader = Reader(description.signature, most_rows)
        self.runtime = runtime
        self.by_class = tuple(map(_by_class, description.classes))
        """Of each output what puts a row's probabilities beside the texts of their classes."""
        self._watch = Watch(description.signature)

    @property
    def classes(self) -> tuple[Value, ...]:
        """The classes, in the order of the probabilities; empty where there are none."""
        return self.description.classes[0] if self.description.classes else ()

    def predict(self, rows: Rows, *, probabilities: bool = True) -> Prediction:
        """Answer rows that the reader has checked.

        Raises Invalid where the model itself refuses them, Unavailable where it broke down.
        """
        outcome = self.runtime.predict(rows)
        return Prediction(
            outcome.predictions.tolist(),
            _lists(outcome) if probabilities else [],
            [] if outcome.scores is None else outcome.scores.tolist(),
            self._watch.flags(rows),
        )

    def predict_json(self, body: bytes, *, probabilities: bool = True) -> Prediction:
        """Answer a record, records or columns in JSON; raises as `predict`, and BadInput."""
        return self.predict(self.reader.json(body), probabilities=probabilities)

    def predict_records(self, records: Any, *, probabilities: bool = True) -> Prediction:
        """Answer a record or a list of records; raises as `predict`, and BadInput."""
        return self.predict(self.reader.records(records), probabilities=probabilities)

    def close(self) -> None:
        """Give back what the runtime holds."""
        self.runtime.close()


def open_predictor(
    description: Description, content: bytes, original: bytes = b"", **options: Any
) -> Predictor:
    """Make an opened model ready; takes and raises what `open_runtime` does."""
    return Predictor(description, open_runtime(description, content, original, **options))


def _by_class(classes: tuple[Value, ...]) -> Callable[..., Any]:
    """Give what puts probabilities beside classes: a struct, made sooner than a dictionary."""
    names = tuple(map(_text, classes))
    fields = {f"class_{place}": name for place, name in enumerate(names)}
    try:
        return msgspec.defstruct(
            "ByClass", [(field, float) for field in fields], rename=fields, frozen=True, gc=False
        )
    except ValueError:  # quotes and the like are no names of fields
        return lambda *row: dict(zip(names, row, strict=True))


def _text(known: Value) -> str:
    """Write a class as JSON does."""
    return str(known).lower() if isinstance(known, bool) else str(known)


def _lists(outcome: Outcome) -> list[Any]:
    given = outcome.probabilities
    if len(given) == 1:
        return list(given[0].tolist())
    return [one.tolist() for one in given]

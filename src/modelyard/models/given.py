"""A model as functions get it: its name, its version, and what it predicts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.errors import Conflict, NotFound, Unavailable
from modelyard.metrics import count_predictions
from modelyard.models.serving import Served

if TYPE_CHECKING:
    from modelyard.models.predict import Prediction

PROTOCOL = "function"
"""What metrics call predictions that functions ask for."""


@dataclass(frozen=True)
class Predictor:
    """One version of a model, ready to answer. It stays that version as long as it is held."""

    _served: Served

    @property
    def name(self) -> str:
        """The model's name."""
        return self._served.version.model

    @property
    def version(self) -> int:
        """The number of the version."""
        return self._served.version.number

    def predict(self, records: Any) -> "Prediction":
        """Answer a record, or a list of records: `.predictions` has an entry for each.

        Raises BadInput, naming row and field, where they do not fit the model.
        """
        answer = self._served.predictor.predict_records(records)
        count_predictions(
            len(answer.predictions), model=self.name, version=str(self.version), protocol=PROTOCOL
        )
        return answer


def split_name(asked: str) -> tuple[str, str]:
    """Give the name of a model and which version is meant; empty for the one that is served."""
    name, _, selector = asked.partition("@")
    return name, selector


def give_predictor(find: Callable[[str, str], Served], asked: str) -> Predictor:
    """Give the model that an annotation names: `delays`, `delays@champion` or `delays@3`.

    Raises Unavailable where there is none to serve: whoever asks the function cannot help it.
    """
    try:
        return Predictor(find(*split_name(asked)))
    except (NotFound, Conflict) as fault:
        raise Unavailable(fault.where, fault.why, fault.cure) from None

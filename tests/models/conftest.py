"""Small models of every kind, trained once and opened once."""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("skl2onnx")
sys.path.append(str(Path(__file__).parent))

import msgspec
import numpy as np
from hostile import dumped
from trained import train_all

from modelyard.models.artefact.listing import list_file
from modelyard.models.description import Description
from modelyard.models.jail import Jail, Limits
from modelyard.models.opening import OPENING_TASK
from modelyard.models.predict import Predictor, open_predictor
from modelyard.models.trial import OpenedFile


@dataclass
class Known:
    """A trained model, and what opening its file gave."""

    estimator: Any
    table: Any
    """Rows as the estimator was trained on them."""
    original: bytes
    description: Description
    content: bytes

    def predictor(self) -> Predictor:
        return open_predictor(self.description, self.content or self.original, self.original)

    def records(self, count: int = 20) -> list[dict[str, Any]]:
        if hasattr(self.table, "to_dict"):
            listed = self.table.head(count).to_dict("records")
            return [{name: without_nan(value) for name, value in one.items()} for one in listed]
        names = self.description.signature.names
        rows = np.asarray(self.table, dtype=object)[:count].reshape(-1, len(names)).tolist()
        return [dict(zip(names, row, strict=True)) for row in rows]


def without_nan(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


@pytest.fixture(scope="session")
def known() -> dict[str, Known]:
    """All models, opened by one child in the jail one after the other."""
    trained = train_all()
    files = {name: dumped(estimator) for name, (estimator, _) in trained.items()}
    listings = {name: list_file(content) for name, content in files.items()}
    names = sorted({pair for listing in listings.values() for pair in listing.names})
    found = {}
    with Jail(OPENING_TASK, {"names": names}, Limits(memory_bytes=2**32)) as jail:
        for name, content in files.items():
            answer = msgspec.msgpack.decode(jail.ask(content), type=OpenedFile)
            estimator, table = trained[name]
            plan = msgspec.structs.replace(answer.description.plan, names=listings[name].names)
            description = msgspec.structs.replace(answer.description, plan=plan)
            found[name] = Known(estimator, table, content, description, answer.content)
    return found


@pytest.fixture(scope="session")
def predictors(known: dict[str, Known]) -> Iterator[dict[str, Predictor]]:
    """All models, ready to answer."""
    opened = {name: one.predictor() for name, one in known.items()}
    yield opened
    for predictor in opened.values():
        predictor.close()

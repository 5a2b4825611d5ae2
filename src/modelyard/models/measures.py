"""How good answers are: the figures by which versions of a model are compared."""

import math
from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid
from modelyard.models.description import Description

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

LOWER_IS_BETTER = frozenset({"log_loss", "rmse", "mae"})
NEEDS_PROBABILITIES = frozenset({"log_loss", "roc_auc"})
SMALLEST = 1e-15
"""What a probability of 0 counts as: nothing is impossible."""


def measure(
    truth: "pl.Series", answers: "pl.DataFrame", described: Description
) -> dict[str, float]:
    """Give every figure that is known for this kind of model.

    Raises Invalid for a kind whose answers cannot be compared with a column.
    """
    if described.task == "classification" and len(described.classes) == 1:
        return _finite(_of_classes(truth, answers, described))
    if described.task == "regression" and len(described.outputs) == 1:
        return _finite(_of_values(truth, answers[described.outputs[0]]))
    raise Invalid("model", f"does {described.task}: it cannot be compared with one column.")


def get_figure(figures: dict[str, float], metric: str, where: str) -> float:
    """Give the figure that is asked for; raises Invalid where this model has none such."""
    if metric in figures:
        return figures[metric]
    known = ", ".join(sorted(figures)) or "none"
    why = f"'{metric}' cannot be worked out for this model on these rows."
    if metric in NEEDS_PROBABILITIES and "accuracy" in figures:
        why = f"'{metric}' takes probabilities, and rows of every class among those kept back."
    raise Invalid(where, why, f"What can be: {known}.")


def gain(metric: str, candidate: float, champion: float) -> float:
    """Say by how much the candidate is better; less than 0 where it is worse."""
    return champion - candidate if metric in LOWER_IS_BETTER else candidate - champion


def _of_values(truth: "pl.Series", given: "pl.Series") -> dict[str, float]:
    import numpy as np
    import polars as pl

    expected = truth.cast(pl.Float64).to_numpy()
    off = given.cast(pl.Float64).to_numpy() - expected
    spread = float(((expected - expected.mean()) ** 2).sum())
    squares = float((off**2).sum())
    figures = {"rmse": math.sqrt(squares / len(off)), "mae": float(np.abs(off).mean())}
    return figures | ({"r2": 1 - squares / spread} if spread else {})


def _of_classes(
    truth: "pl.Series", answers: "pl.DataFrame", described: Description
) -> dict[str, float]:
    from sklearn.metrics import f1_score

    known = described.classes[0]
    places = {_text(value): place for place, value in enumerate(known)}
    expected = _places(truth.to_list(), places)
    given = _places(answers[described.outputs[0]].to_list(), places)
    average = "binary" if len(known) == 2 else "macro"
    labels = {} if len(known) == 2 else {"labels": list(range(len(known)))}
    figures = {"accuracy": float((expected == given).mean())}
    if set(expected.tolist()) <= set(places.values()):
        score = f1_score(expected, given, average=average, zero_division=0.0, **labels)
        figures["f1"] = float(score)
    if described.has_probabilities:
        names = [f"probability_{value}" for value in known]
        figures |= _of_probabilities(expected, answers.select(names).to_numpy())
    return figures


def _of_probabilities(expected: "NDArray[Any]", shares: "NDArray[Any]") -> dict[str, float]:
    import numpy as np
    from sklearn.metrics import roc_auc_score

    rows = np.arange(len(expected))
    right = np.where(expected < 0, 0.0, shares[rows, np.maximum(expected, 0)])
    figures = {"log_loss": float(-np.log(np.maximum(right, SMALLEST)).mean())}
    if set(expected.tolist()) != set(range(shares.shape[1])):
        return figures
    if shares.shape[1] == 2:
        return figures | {"roc_auc": float(roc_auc_score(expected, shares[:, 1]))}
    whole = shares / shares.sum(axis=1, keepdims=True)
    return figures | {"roc_auc": float(roc_auc_score(expected, whole, multi_class="ovr"))}


def _places(values: list[Any], places: dict[str, int]) -> "NDArray[Any]":
    import numpy as np

    return np.array([places.get(_text(value), -1) for value in values], dtype=np.int64)


def _text(value: Any) -> str:
    """Write a class so that 1, 1.0 and "1" are the same, and true and True."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _finite(figures: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if math.isfinite(value)}


def gain_in_words(found: float) -> str:
    """Say how a candidate compares; differences that nobody would see are none."""
    shown = f"{abs(found):.6g}"
    if float(shown) == 0:
        return "as good as, and no better"
    return f"better by {shown}" if found > 0 else f"worse by {shown}"

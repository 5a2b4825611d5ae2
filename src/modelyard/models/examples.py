"""Rows that a model should be able to answer, made from what it knows. Only in the jail."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelyard.models.description import Field, Signature
from modelyard.models.parts import innermost, steps_of, tree_of, walk
from modelyard.models.rows import Rows

MOST_THRESHOLDS = 4096
RARE = 0.05
UNKNOWN = "never seen before"
WORDS = (
    "",
    "a",
    "the quick brown fox",
    "Zürich 2026: 3.5%!",
    "FREE $$$ call 0800-123 now",
    "ß é 漢",
)


def example_rows(estimator: Any, signature: Signature, count: int, seed: int = 0) -> Rows:
    """Make `count` rows: near the thresholds of trees, in the known ranges, of known categories."""
    random = np.random.default_rng(seed)
    if signature.shape == "texts":
        return Rows(count, None, (_texts(estimator, count, random),))
    thresholds = _thresholds(estimator, len(signature.fields))
    made = [
        _column(field, thresholds.get(place), count, random)
        for place, field in enumerate(signature.fields)
    ]
    if signature.shape == "matrix":
        return Rows(count, np.column_stack(made))
    return Rows(count, None, tuple(made))


def _column(
    field: Field, thresholds: NDArray[Any] | None, count: int, random: np.random.Generator
) -> NDArray[Any]:
    made = _values(field, thresholds, count, random)
    if field.is_nullable:
        made[random.random(count) < RARE] = np.nan if field.kind == "number" else None
    return made


def _values(
    field: Field, thresholds: NDArray[Any] | None, count: int, random: np.random.Generator
) -> NDArray[Any]:
    if field.kind == "boolean":
        return random.choice(np.array([False, True], dtype=object), count)
    if field.categories or field.kind == "text":
        known = list(field.categories or WORDS)
        if not field.refuses_unknown:
            known += [UNKNOWN if field.kind == "text" else max(known, default=0) + 1]  # type: ignore[operator]
        kind = np.float64 if field.kind == "number" else object
        return np.array(known, dtype=kind)[random.integers(0, len(known), count)]
    values = field.typical + field.spread * random.normal(0, 1.5, count)
    if field.low is not None and field.high is not None:
        values = random.uniform(field.low, field.high, count)
    if thresholds is not None and len(thresholds):
        near = random.choice(thresholds, count)
        step = random.choice([-1.0, 0.0, 1.0], count) * np.abs(near) * 1e-6
        width = float(np.ptp(thresholds)) or 1.0
        spread = random.uniform(thresholds.min() - width / 10, thresholds.max() + width / 10, count)
        values = np.where(random.random(count) < 0.2, near + step, spread)
    whole = random.random(count) < 0.2
    return np.where(whole & (np.abs(values) > 2), np.round(values), values)


def _thresholds(estimator: Any, count: int) -> dict[int, NDArray[Any]]:
    """Collect the thresholds of all trees by column, as the first step would see them."""
    gathered: dict[int, list[Any]] = {}
    for part in walk(steps_of(estimator)[-1]):
        for column, threshold in _splits(part):
            gathered.setdefault(int(column), []).append(threshold)
    found = {
        column: _thinned(np.unique(np.concatenate(values)))
        for column, values in gathered.items()
        if column < count
    }
    before = steps_of(estimator)[:-1]
    return _back_through(before, found, count) if before else found


def _thinned(values: NDArray[Any]) -> NDArray[Any]:
    return values[:: 1 + len(values) // MOST_THRESHOLDS]


def _splits(part: Any) -> list[tuple[int, Any]]:
    tree = tree_of(part)
    if tree is not None:
        feature, threshold = tree.feature, tree.threshold
        return [
            (column, threshold[feature == column]) for column in np.unique(feature) if column >= 0
        ]
    if type(part).__name__ == "TreePredictor":
        nodes = part.nodes[part.nodes["is_leaf"] == 0]
        return [
            (column, limits[np.isfinite(limits)])
            for column in np.unique(nodes["feature_idx"])
            if (limits := nodes["num_threshold"][nodes["feature_idx"] == column]).size
        ]
    return []


def _back_through(
    steps: list[Any], found: dict[int, NDArray[Any]], count: int
) -> dict[int, NDArray[Any]]:
    """Take thresholds back to the inputs, where every step can be undone."""
    if not found or not all(hasattr(step, "inverse_transform") for step in steps):
        return {}
    longest = max(len(values) for values in found.values())
    table = np.zeros((longest, count))
    for column, values in found.items():
        table[:, column] = np.resize(values, longest) if len(values) else 0.0
    try:
        for step in reversed(steps):
            table = step.inverse_transform(table)
    except (ValueError, TypeError, AttributeError):
        return {}
    return dict(enumerate(table.T)) if table.shape[1] == count else {}


def _texts(estimator: Any, count: int, random: np.random.Generator) -> NDArray[Any]:
    words = list(getattr(innermost(steps_of(estimator)[0]), "vocabulary_", {}) or WORDS)
    made = np.empty(count, dtype=object)
    for place in range(count):
        chosen = random.choice(words, random.integers(1, 12))
        made[place] = WORDS[place] if place < len(WORDS) else " ".join(map(str, chosen))
    return made

"""Golden rows: what a version must still predict before a name may point to it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid
from modelyard.models.version import Golden, GoldenRow

if TYPE_CHECKING:
    from modelyard.models.predict import Predictor

MOST_ROWS = 1000
TOLERANCE = 1e-5
SHOWN = 3


@dataclass(frozen=True)
class GoldenCheck:
    """A golden row, and what a version predicts for it."""

    input: Mapping[str, Any]
    expected: Any
    predicted: Any
    holds: bool


def record(predictor: "Predictor", records: Sequence[dict[str, Any]]) -> tuple[GoldenRow, ...]:
    """Ask a model for rows and keep what it predicts.

    Raises BadInput for rows that the model does not take, Invalid for none or too many.
    """
    if not records:
        raise Invalid("golden rows", "are none.", "Send a list of records.")
    if len(records) > MOST_ROWS:
        raise Invalid("golden rows", f"are more than {MOST_ROWS:,}.")
    predictions = predictor.predict_records(list(records), probabilities=False).predictions
    pairs = zip(records, predictions, strict=True)
    return tuple(GoldenRow(input=dict(row), expected=value) for row, value in pairs)


def find_difference(predictor: "Predictor", golden: Golden) -> str:
    """Say in words where a model predicts something else; empty where all holds."""
    try:
        checks = check_rows(predictor, golden)
    except Invalid as fault:
        return f"golden rows cannot be asked: {fault.where} {fault.why}"
    wrong = [
        f"golden row {number}: {_shown(check.expected)} is expected and "
        f"{_shown(check.predicted)} predicted"
        for number, check in enumerate(checks, start=1)
        if not check.holds
    ]
    if not wrong:
        return ""
    more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return "; ".join(wrong[:SHOWN]) + more


def check_rows(predictor: "Predictor", golden: Golden) -> list[GoldenCheck]:
    """Ask a model for the golden rows; raises Invalid where it does not take them."""
    rows = [row.input for row in golden.rows]
    given = predictor.predict_records(rows, probabilities=False).predictions
    return [
        GoldenCheck(row.input, row.expected, value, _is_same(row.expected, value, golden.tolerance))
        for row, value in zip(golden.rows, given, strict=True)
    ]


def _is_same(expected: Any, given: Any, tolerance: float) -> bool:
    if isinstance(expected, list | tuple) and isinstance(given, list):
        pairs = zip(expected, given, strict=False)
        return len(expected) == len(given) and all(_is_same(*pair, tolerance) for pair in pairs)
    if isinstance(expected, float) or isinstance(given, float):
        if isinstance(expected, str | None) or isinstance(given, str | None):
            return False
        return math.isclose(expected, given, rel_tol=tolerance, abs_tol=tolerance * 1e-3)
    return type(expected) is type(given) and bool(expected == given)


def _shown(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

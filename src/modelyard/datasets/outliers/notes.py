"""Saying in a sentence how a column became numbers."""

from modelyard.datasets.outliers.results import Encoding
from modelyard.datasets.outliers.values import Filled

SENTENCES: dict[Encoding, str] = {
    "number": "Numbers as they are",
    "boolean": "False as 0, true as 1",
    "days since 1970": "Dates and times as days since 1970",
    "seconds": "Times as seconds",
    "share of rows": "Each text as the share of rows that have it",
}


def note(encoding: Encoding, found: Filled, typical: float) -> str:
    """Say how a column was encoded, and what became of empty and infinite cells."""
    parts = [SENTENCES[encoding]]
    if found.missing and encoding == "share of rows":
        parts.append(f"{found.missing:,} empty cells count as one more text")
    elif found.missing:
        parts.append(f"{found.missing:,} empty cells as the median, {typical:.6g}")
    if found.limited:
        parts.append(f"{found.limited:,} infinite cells as the nearest finite value")
    return "; ".join(parts) + "."

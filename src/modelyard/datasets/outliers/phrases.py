"""Saying in plain words what is unusual about a value."""

import math
from dataclasses import dataclass

from modelyard.datasets.outliers.results import Cell, Encoding

LONGEST = 40
CLEARLY = 0.95
"""Share of rows on one side of a value from which on the value itself is unusual."""


@dataclass(frozen=True)
class Standing:
    """Where a value stands among the rows: shares of rows, 0 to 1."""

    below: float
    same: float
    above: float


def phrase(value: Cell, encoding: Encoding, standing: Standing) -> str:
    """Say what is unusual, such as "1301.0, higher than 99.99 % of rows"."""
    shown = _shown(value, encoding)
    if encoding in {"share of rows", "boolean"}:
        return f"{shown}, in {percent(standing.same)} of rows"
    higher, lower = _words(encoding)
    if standing.below >= standing.above:
        share, side = standing.below, higher
    else:
        share, side = standing.above, lower
    place = f"{side} than {percent(share)} of rows"
    if share >= CLEARLY:
        return f"{shown}, {place}"
    return f"{shown}, unusual together with the rest of the row ({place})"


def _words(encoding: Encoding) -> tuple[str, str]:
    return ("later", "earlier") if encoding == "days since 1970" else ("higher", "lower")


def _shown(value: Cell, encoding: Encoding) -> str:
    """Write a value: texts in quotes, and shorter than they are kept."""
    if value is None:
        return "empty"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return f"'{text}'" if encoding == "share of rows" else text


def percent(share: float) -> str:
    """Write a share in percent, rounded down to two digits: 100 % only where it is all."""
    hundredths = math.floor(share * 10_000 + 1e-6)
    if hundredths == 0 and share > 0:
        return "less than 0.01 %"
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + " %"

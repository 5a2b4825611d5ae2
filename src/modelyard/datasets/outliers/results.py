"""What a search for outliers found: values that can be kept and sent, with finite floats only."""

from typing import Literal

from modelyard.datasets.figures import Frozen, Histogram

Cell = str | int | float | bool | None
"""A table's value as JSON can hold it."""
Encoding = Literal["number", "boolean", "days since 1970", "seconds", "share of rows"]
"""How a column became numbers; "share of rows" is the share of rows with the same value."""


class ColumnUsed(Frozen, frozen=True, kw_only=True):
    """A column that the detector looked at."""

    name: str
    type: str
    encoding: Encoding
    missing: int
    """Cells that were empty or NaN. They count as the typical value, empty text as a value."""
    limited: int
    """Infinite cells and cells beyond ±3e38: they count as the nearest end of the rest."""
    typical: float
    """The median of the encoded column."""
    note: str
    """All of this in one sentence."""


class ColumnSkipped(Frozen, frozen=True, kw_only=True):
    """A column that the detector did not look at."""

    name: str
    type: str
    reason: str


class Curve(Frozen, frozen=True, kw_only=True):
    """The score that belongs to a percentile, so that a threshold moves without a new fit.

    At point i, `flagged[i]` rows have a score above `scores[i]`, the percentile `percentiles[i]`
    of all scores. Steps are 0.1, and 0.001 from 99 on.
    """

    percentiles: tuple[float, ...]
    scores: tuple[float, ...]
    flagged: tuple[int, ...]


class Reason(Frozen, frozen=True, kw_only=True):
    """A column that makes a row stand out."""

    column: str
    value: Cell
    contribution: float
    """Share (0 to 1) of the row's score that typical values would take away, of all columns."""
    phrase: str
    """Such as "1301.0, higher than 99.99 % of rows"."""


class WorstRow(Frozen, frozen=True, kw_only=True):
    """A row that stands out."""

    row: int
    """Its number in the table; the first row is 0."""
    score: float
    percentile: float
    """Percent of the rows whose score is not higher."""
    values: dict[str, Cell]
    """All of the row's values; dates in ISO 8601, texts of at most 200 characters."""
    reasons: tuple[Reason, ...]
    """At most five, the strongest first; none where no single column is to blame."""


class OutlierScan(Frozen, frozen=True, kw_only=True):
    """All that a search for outliers found, but for the score of every row."""

    detector: str
    title: str
    library: str
    """The Python distribution that did the work."""
    version: str
    seed: int | None
    """None where the detector draws no random numbers."""
    rows: int
    used: tuple[ColumnUsed, ...]
    skipped: tuple[ColumnSkipped, ...]
    curve: Curve
    histogram: Histogram
    worst: tuple[WorstRow, ...]
    """The highest scores first, rows of equal score in the table's order."""
    note: str = ""
    """How a table that is too large to be seen whole was scored; empty for others."""


class Threshold(Frozen, frozen=True, kw_only=True):
    """Where the line is drawn. A row is flagged when its score is above `score`."""

    percentile: float
    score: float
    flagged: int
    """How many rows of the whole table are flagged."""
    flagged_worst: tuple[int, ...]
    """The numbers of the flagged rows among the scan's worst rows, in their order."""

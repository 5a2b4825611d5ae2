"""Outliers of a table of any size: fitted on a sample, every row scored where it is read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import polars as pl

from modelyard.datasets.outliers.cells import cells_of
from modelyard.datasets.outliers.detector import Scores
from modelyard.datasets.outliers.detectors import get_detector
from modelyard.datasets.outliers.encode import Encoded
from modelyard.datasets.outliers.explain import explain
from modelyard.datasets.outliers.forest import Forest, fit_forest
from modelyard.datasets.outliers.reading import PLACE, kind_of
from modelyard.datasets.outliers.results import OutlierScan, WorstRow
from modelyard.datasets.outliers.scan import MOST_CELLS, encoded_columns, refuse_numbers, sum_up
from modelyard.datasets.outliers.shipped import Shipped, ship
from modelyard.errors import Invalid
from modelyard.progress import Progress, silent

SAMPLE_ROWS = 262_144
WORST = 500
NOTE = (
    "The forest was fitted on {sample:,} of {rows:,} rows, spread over the table; with it every "
    "row was scored by {engine}. Columns are described, and values placed, by the sample."
)


class Scored(Protocol):
    """A table whose rows are sampled and scored where they lie."""

    @property
    def engine(self) -> str:
        """Who does the work, for people."""

    def sample(self, rows: int) -> pl.DataFrame:
        """Give about so many rows, spread over the table; the same ones each time."""

    def scored(self, shipped: Shipped, worst: int, progress: Progress) -> "tuple[Scores, Worst]":
        """Score every row, in the order of the table, and give the worst whole."""


@dataclass
class Worst:
    """The rows with the highest scores, of equal ones the first."""

    most: int
    rows: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    table: pl.DataFrame = field(default_factory=pl.DataFrame)

    def add(self, first: int, scores: Scores, batch: pl.DataFrame) -> None:
        """Take a batch whose first row has the number `first`."""
        least = self.scores[-1] if len(self.scores) == self.most else -np.inf
        if not self.most or not (found := np.flatnonzero(scores > least)).size:
            return
        found = found[np.argsort(-scores[found], kind="stable")][: self.most]
        self.merge([first + int(n) for n in found], scores[found].tolist(), batch[found])

    def merge(self, rows: list[int], scores: list[float], table: pl.DataFrame) -> None:
        """Take some rows with their numbers and scores."""
        rows, scores = self.rows + rows, self.scores + scores
        order = sorted(range(len(rows)), key=lambda n: (-scores[n], rows[n]))[: self.most]
        both = pl.concat([self.table, table]) if self.table.width else table
        self.rows, self.scores = [rows[n] for n in order], [scores[n] for n in order]
        self.table = both[order]


@dataclass(frozen=True)
class Fit:
    """A forest fitted on a sample, ready to be sent."""

    forest: Forest
    encoded: Encoded
    shipped: Shipped
    sample_rows: int


def fit_sample(
    sample: pl.DataFrame, detector: str, seed: int, columns: Sequence[str] | None
) -> Fit:
    """Fit on a sample; raises Invalid for another detector than `iforest`."""
    chosen = get_detector(detector)
    refuse_numbers(seed, WORST)
    if chosen.name != "iforest":
        raise Invalid(
            PLACE,
            f"{chosen.name} has to see all rows at once, which are too many here.",
            "Choose iforest, which is fitted on a sample and scores every row.",
        )
    encoded = encoded_columns(sample.lazy(), chosen, columns, silent)
    forest = fit_forest(encoded.matrix, seed)
    schema = sample.schema
    kinds = {each.name: kind_of(schema[each.name]) or "number" for each in encoded.used}
    return Fit(forest, encoded, ship(forest, encoded, sample, kinds), sample.height)


def find_outliers_at_scale(
    table: Scored,
    detector: str = "iforest",
    seed: int = 0,
    columns: Sequence[str] | None = None,
    progress: Progress = silent,
) -> tuple[OutlierScan, Scores]:
    """Do what `find_outliers` does, for a table that is not held whole.

    A table of up to 262,144 rows gets the same scores as there.
    """
    progress(0.0, "reading a sample")
    fit = fit_sample(table.sample(SAMPLE_ROWS), detector, seed, columns)
    progress(0.1, "scoring")
    scores, worst = table.scored(fit.shipped, WORST, progress)
    progress(0.9, "explaining")
    scan = summed_up(fit, seed, scores, worst, table.engine)
    progress(1.0, "done")
    return scan, scores


def summed_up(fit: Fit, seed: int, scores: Scores, worst: Worst, engine: str) -> OutlierScan:
    """Put together what was found; the worst rows are explained."""
    shown = min(len(worst.rows), MOST_CELLS // max(1, worst.table.width))
    values = cells_of(worst.table.head(shown).lazy())
    chosen = fit.shipped.encode(worst.table.head(shown))
    matrix = np.concatenate([fit.encoded.matrix, chosen])
    known = Encoded(matrix, fit.encoded.used, fit.encoded.skipped)
    places = range(len(fit.encoded.matrix), len(matrix))
    reasons = explain(fit.forest, known, places, values)
    ordered = np.sort(scores)
    not_higher = np.searchsorted(ordered, worst.scores[:shown], side="right")
    rows = tuple(
        WorstRow(
            row=row, score=score, percentile=100 * int(rank) / len(scores), values=v, reasons=r
        )
        for row, score, rank, v, r in zip(
            worst.rows[:shown], worst.scores[:shown], not_higher, values, reasons, strict=True
        )
    )
    note = NOTE.format(sample=fit.sample_rows, rows=len(scores), engine=engine)
    return sum_up(get_detector("iforest"), seed, known, ordered, rows, note)


def score_batches(
    batches: Iterator[pl.DataFrame],
    shipped: Shipped,
    rows: int,
    worst: Worst,
    told: Callable[[int], None],
) -> Scores:
    """Score batch after batch: memory holds one, and a score for each row."""
    scores, first = np.empty(rows, np.float64), 0
    for batch in batches:
        found = shipped.score(batch)
        if first + len(found) > len(scores):
            scores = np.concatenate([scores[:first], np.empty(len(found) + len(scores))])
        scores[first : first + len(found)] = found
        worst.add(first, found, batch)
        first += len(found)
        told(first)
    return scores[:first]

"""Finding the rows of a table that stand out."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from modelyard.datasets.outliers.cells import read_rows
from modelyard.datasets.outliers.curve import curve_of, histogram_of
from modelyard.datasets.outliers.detector import Detector, Fitted, Scores
from modelyard.datasets.outliers.detectors import get_detector, refuse_size
from modelyard.datasets.outliers.encode import Encoded, encode_table
from modelyard.datasets.outliers.explain import explain
from modelyard.datasets.outliers.reading import PLACE, read_columns, select_columns
from modelyard.datasets.outliers.results import ColumnSkipped, OutlierScan, WorstRow
from modelyard.errors import Invalid
from modelyard.progress import Progress, silent

LARGEST_SEED = 2**32 - 1

MOST_CELLS = 100_000
"""Values of explained rows that one scan holds: more would make each answer slow to read."""


def find_outliers(  # noqa: PLR0913 (all but the table are named)
    frame: pl.LazyFrame,
    *,
    detector: str = "iforest",
    seed: int = 0,
    columns: Sequence[str] | None = None,
    worst: int = 500,
    progress: Progress = silent,
) -> tuple[OutlierScan, Scores]:
    """Score every row by how far it stands out, and explain the `worst` ones.

    The second part of the answer holds the score of every row, in the table's order, higher for
    rows that stand out more; its unit is the detector's own. The same table, detector and seed
    give the same scores. Without `columns` all are used but those that say nothing about a row
    (the scan says which, and why); named ones are used as asked.

    A very wide table has fewer rows explained: with their values they hold 100,000 cells at most.

    knn and lof compare every row with every other, so they take at most 50,000 rows: a sample
    would give other scores than the ones they are known for.

    Raises Invalid for an unknown detector or column, a table without rows or usable columns, or
    too large for the detector; and Unavailable where the detector's library is not installed.
    """
    chosen = get_detector(detector)
    refuse_numbers(seed, worst)
    progress(0.0, "reading")
    encoded = encoded_columns(frame, chosen, columns, progress)
    progress(0.4, "fitting")
    fitted = chosen.fit(encoded.matrix, seed)
    progress(0.6, "scoring")
    scores = _finite(fitted.own_scores(), chosen)
    progress(0.8, "explaining")
    shown = min(worst, MOST_CELLS // len(frame.collect_schema()))
    order = np.argsort(-scores, kind="stable")[:shown].tolist()
    worst_rows = _worst_rows(frame, fitted, encoded, scores, order)
    scan = sum_up(chosen, seed, encoded, np.sort(scores), worst_rows)
    progress(1.0, "done")
    return scan, scores


def refuse_numbers(seed: int, worst: int) -> None:
    """Raise Invalid for a seed or a count that cannot be."""
    if not 0 <= seed <= LARGEST_SEED:
        raise Invalid("seed", f"{seed} is not a number from 0 to {LARGEST_SEED}.")
    if worst < 0:
        raise Invalid("worst", f"{worst} rows cannot be shown.")


def encoded_columns(
    frame: pl.LazyFrame, detector: Detector, columns: Sequence[str] | None, progress: Progress
) -> Encoded:
    """Read and encode the columns.

    Raises Invalid where the table does not suit the detector or leaves no column to use.
    """
    candidates, skipped = select_columns(frame.collect_schema(), columns)
    if not candidates:
        raise _nothing_left(skipped)
    series = read_columns(frame, candidates)
    refuse_size(detector, len(series[0]))
    progress(0.2, "encoding")
    dtype = np.float32 if detector.single_precision else np.float64
    encoded = encode_table(series, candidates, dtype)
    skipped.extend(encoded.skipped)
    if not encoded.used:
        raise _nothing_left(skipped)
    return Encoded(encoded.matrix, encoded.used, tuple(skipped))


def _nothing_left(skipped: Sequence[ColumnSkipped]) -> Invalid:
    """Say why no column can be used."""
    reasons = " ".join(f"{column.name}: {column.reason}" for column in skipped[:5])
    return Invalid(
        PLACE,
        f"there is no column to compare the rows by. {reasons}".rstrip(),
        "Name the columns to use." if skipped else "",
    )


def _finite(scores: Scores, detector: Detector) -> Scores:
    """Refuse scores that are not numbers, which PyOD gives where columns repeat one another."""
    if np.isfinite(scores).all():
        return scores
    raise Invalid(
        PLACE,
        f"{detector.name} gives no finite scores for this table: do columns repeat one another?",
        "Leave out such columns, or choose another detector.",
    )


def _worst_rows(
    frame: pl.LazyFrame, fitted: Fitted, encoded: Encoded, scores: Scores, order: list[int]
) -> tuple[WorstRow, ...]:
    """Read and explain the rows of these numbers."""
    values = read_rows(frame, order)
    not_higher = np.searchsorted(np.sort(scores), scores[order], side="right")
    found = zip(order, not_higher, values, explain(fitted, encoded, order, values), strict=True)
    return tuple(
        WorstRow(
            row=row,
            score=float(scores[row]),
            percentile=100 * int(rank) / len(scores),
            values=cells,
            reasons=reasons,
        )
        for row, rank, cells, reasons in found
    )


def sum_up(  # noqa: PLR0913, PLR0917 (what a scan consists of)
    detector: Detector,
    seed: int,
    encoded: Encoded,
    ordered: Scores,
    worst: tuple[WorstRow, ...],
    note: str = "",
) -> OutlierScan:
    """Put together what was found; `ordered` are the scores from low to high."""
    return OutlierScan(
        detector=detector.name,
        title=detector.title,
        library=detector.library,
        version=detector.version(),
        seed=seed if detector.is_random else None,
        rows=len(ordered),
        used=encoded.used,
        skipped=encoded.skipped,
        curve=curve_of(ordered),
        histogram=histogram_of(ordered),
        worst=worst,
        note=note,
    )

"""The rows of a dataset that stand out: a table is held whole, or scored where it lies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from modelyard.datasets.approximate import BLOCKS, SAMPLE_ROWS
from modelyard.datasets.dataset import Dataset
from modelyard.datasets.engine_dataset import MOST_PULLED, EngineDataset
from modelyard.datasets.faults import reading
from modelyard.datasets.outliers import find_outliers
from modelyard.progress import Progress, silent

if TYPE_CHECKING:
    from modelyard.datasets.outliers import OutlierScan
    from modelyard.datasets.outliers.at_scale import Scored, Worst
    from modelyard.datasets.outliers.detector import Scores
    from modelyard.datasets.outliers.shipped import Shipped

MOST_HELD = 200_000_000
"""Values of a table of files that are held at one time."""
BATCH_ROWS = 100_000


def outliers_of(
    dataset: Dataset,
    detector: str = "iforest",
    seed: int = 0,
    columns: Sequence[str] | None = None,
    progress: Progress = silent,
) -> "tuple[OutlierScan, Scores]":
    """Score every row; raises Invalid and Unavailable as `find_outliers`, and as the engine."""
    shape = dataset.shape()
    is_far = isinstance(dataset, EngineDataset) and not dataset.is_fetched
    if shape.rows * len(shape.columns) <= (MOST_PULLED if is_far else MOST_HELD):
        return find_outliers(
            dataset.scan(), detector=detector, seed=seed, columns=columns, progress=progress
        )
    return outliers_in_place(dataset, detector, seed, columns, progress)


def outliers_in_place(
    dataset: Dataset,
    detector: str = "iforest",
    seed: int = 0,
    columns: Sequence[str] | None = None,
    progress: Progress = silent,
) -> "tuple[OutlierScan, Scores]":
    """Fit on a sample and score every row where the table lies; raises as `outliers_of`."""
    from modelyard.datasets.outliers.at_scale import find_outliers_at_scale

    return find_outliers_at_scale(scored_in(dataset), detector, seed, columns, progress)


def scored_in(dataset: Dataset) -> "Scored":
    """Give what samples and scores a table."""
    rows = dataset.shape().rows
    if isinstance(dataset, EngineDataset) and not dataset.is_fetched:
        from modelyard.datasets.engines.scoring import scored_by_engine

        dataset.refuse_costly()
        return scored_by_engine(dataset.opened(), rows)
    return FileRows(dataset.where, dataset.scan(), rows)


@dataclass(frozen=True)
class FileRows:
    """Rows of files, read batch by batch."""

    where: str
    frame: pl.LazyFrame
    rows: int

    @property
    def engine(self) -> str:
        """Who does the work."""
        return f"Polars {pl.__version__}, batch by batch"

    def sample(self, rows: int) -> pl.DataFrame:
        """Give blocks of rows that are spread evenly over the table."""
        with reading(self.where):
            if self.rows <= rows:
                return self.frame.collect()
            length = SAMPLE_ROWS // BLOCKS * 4
            count = rows // length
            step = (self.rows - length) // max(1, count - 1)
            parts = [self.frame.slice(n * step, length).collect() for n in range(count)]
            return pl.concat(parts)

    def scored(self, shipped: "Shipped", worst: int, progress: Progress) -> "tuple[Scores, Worst]":
        """Score every row."""
        from modelyard.datasets.outliers.at_scale import Worst, score_batches

        kept = Worst(worst)

        def told(done: int) -> None:
            progress(0.1 + 0.8 * min(1.0, done / max(1, self.rows)), f"{done:,} rows scored")

        return score_batches(self._batches(), shipped, self.rows, kept, told), kept

    def _batches(self) -> Iterator[pl.DataFrame]:
        with reading(self.where):
            yield from self.frame.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)

"""Rows of an engine's table scored: on Spark by its executors, else as they are handed out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from modelyard.datasets.engines.arrived import frame_of
from modelyard.datasets.engines.copying import batches_of
from modelyard.datasets.engines.reading import reading_from
from modelyard.datasets.engines.table import EngineTable, Table
from modelyard.datasets.outliers.at_scale import Scored, Worst, score_batches
from modelyard.datasets.outliers.detector import Scores
from modelyard.datasets.outliers.shipped import Shipped, shipped_from
from modelyard.progress import Progress

ROW, SCORE = "modelyard row", "modelyard score"
"""Columns that are added: no table is likely to have them."""


def scored_by_engine(table: EngineTable, rows: int) -> Scored:
    """Give what scores an engine's table."""
    is_spark = table.engine.startswith("Spark")
    return SparkRows(table, rows) if is_spark else EngineRows(table, rows)


@dataclass(frozen=True)
class EngineRows:
    """Rows that a database hands out batch by batch; it has no Python of its own."""

    table: EngineTable
    rows: int

    @property
    def engine(self) -> str:
        """Who does the work."""
        return f"this service, as {self.table.engine} handed the rows out"

    def sample(self, rows: int) -> pl.DataFrame:
        """Have the engine choose rows."""
        return sample_of(self.table, self.rows, rows)

    def scored(self, shipped: Shipped, worst: int, progress: Progress) -> tuple[Scores, Worst]:
        """Score every row."""
        kept = Worst(worst)

        def told(done: int) -> None:
            progress(0.1 + 0.8 * min(1.0, done / max(1, self.rows)), f"{done:,} rows scored")

        with reading_from(self.table.where):
            batches = (frame_of(batch) for batch in batches_of(self.table.frame.to_native()))
            return score_batches(batches, shipped, self.rows, kept, told), kept


@dataclass(frozen=True)
class SparkRows:
    """Rows that Spark's executors score; a number and a score of each come back."""

    table: EngineTable
    rows: int

    @property
    def engine(self) -> str:
        """Who does the work."""
        return f"the executors of {self.table.engine}"

    def sample(self, rows: int) -> pl.DataFrame:
        """Have Spark choose rows."""
        return sample_of(self.table, self.rows, rows)

    def scored(self, shipped: Shipped, worst: int, progress: Progress) -> tuple[Scores, Worst]:
        """Score every row; the worst are asked for by their numbers."""
        from pyspark.sql import functions

        progress(0.2, f"{self.rows:,} rows are scored by {self.table.engine}")
        with reading_from(self.table.where):
            numbered = self.table.frame.to_native().withColumn(
                ROW, functions.monotonically_increasing_id()
            )
            made = numbered.mapInArrow(
                scorer(shipped.to_bytes()), f"`{ROW}` bigint, `{SCORE}` double"
            )
            found = frame_of(made.toArrow()).sort(ROW)
            scores, kept = found[SCORE].to_numpy(), Worst(worst)
            order = np.argsort(-scores, kind="stable")[:worst]
            ids = found[ROW].gather(order).to_list()
            table = frame_of(numbered.filter(numbered[ROW].isin(ids)).toArrow()).sort(ROW)
            places = np.sort(order)
            kept.merge(places.tolist(), scores[places].tolist(), table.drop(ROW))
        return scores, kept


def scorer(content: bytes) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Give what Spark has each executor do: it takes the forest as bytes."""

    def score(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        shipped = shipped_from(content)
        for batch in batches:
            table = frame_of(batch)
            columns = [table[ROW].to_arrow(), pa.array(shipped.score(table))]
            yield pa.RecordBatch.from_arrays(columns, names=[ROW, SCORE])

    return score


def sample_of(table: EngineTable, known: int, rows: int) -> pl.DataFrame:
    """Fetch about so many rows, spread over the table; all where there are no more."""
    with reading_from(table.where):
        chosen: Table = table.frame
        if known > rows and table.sampled is not None:
            chosen = table.sampled(rows / known)
        return frame_of(chosen.collect(backend="pyarrow").to_native())

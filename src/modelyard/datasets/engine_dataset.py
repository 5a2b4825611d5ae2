"""A dataset whose table lies in a database or on a cluster, which does the work."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from modelyard.datasets.copies import making_room
from modelyard.datasets.dataset import Answer, Dataset
from modelyard.datasets.engines.connection import Connection
from modelyard.datasets.shape import Field, Shape
from modelyard.errors import Invalid, NotFound, Unavailable
from modelyard.progress import Progress, silent

if TYPE_CHECKING:
    import polars as pl

    from modelyard.datasets.correlation import Correlation
    from modelyard.datasets.engines.table import EngineTable
    from modelyard.datasets.figures import TableStatistics
    from modelyard.datasets.rows import RowPage, RowQuery

MOST_PULLED = 50_000_000
"""Values of a table that are brought here for what the engine cannot do itself."""


@dataclass
class EngineDataset(Dataset):
    """One table of an engine. Once it is fetched, it is a local table like any other."""

    connection: Connection = field(kw_only=True)
    table: str = field(kw_only=True)
    clock: Callable[[], float] = field(kw_only=True, default=time.time)
    _opened: "EngineTable | None" = field(default=None, init=False, repr=False)

    @property
    def is_near(self) -> bool:
        """Whether rows can be read without asking an engine."""
        return self.is_fetched

    def fingerprint(self) -> str:
        """Name the present content: by the file of DuckDB, else by the time.

        A database does not tell when a table changed, so figures are kept for `fresh_for_s`.
        """
        if self.is_fetched:
            return super().fingerprint()
        asked = f"{self.connection.kind} {self.connection.address} {self.table} {self._mark()}"
        return hashlib.sha256(asked.encode()).hexdigest()[:32]

    def is_prepared(self) -> bool:
        """Tell whether the table's columns and rows are known."""
        if self.is_fetched:
            return super().is_prepared()
        return self.results.find(f"{self.fingerprint()}.shape.json") is not None

    def prepare(self, progress: Progress = silent) -> None:
        """Ask the engine for the columns and the number of rows."""
        if self.is_fetched:
            super().prepare(progress)
        else:
            progress(0.0, f"asking {self.connection.name}")
            self.shape()

    def scan(self) -> "pl.LazyFrame":
        """Bring the table here whole, for what the engine cannot do.

        Raises Invalid where it is too large for that.
        """
        if self.is_fetched:
            return super().scan()
        shape = self.shape()
        if shape.rows * len(shape.columns) > MOST_PULLED:
            raise Invalid(
                self.where,
                f"{shape.rows:,} rows are too many to bring here for this question.",
                f"Make a local copy first: modelyard datasets fetch {self.name}",
            )
        from modelyard.datasets.engines.arrived import frame_of
        from modelyard.datasets.engines.reading import reading_from

        self.refuse_costly()
        with reading_from(self.where):
            found = self.opened().frame.collect(backend="pyarrow").to_native()
            return frame_of(found).lazy()

    def rows(self, query: "RowQuery | None" = None) -> "RowPage":
        """Filter, sort and page the rows, in the engine."""
        from modelyard.datasets.engines.rows import engine_rows
        from modelyard.datasets.rows import RowQuery

        if self.is_fetched:
            return super().rows(query)
        return self.steadily(lambda: engine_rows(self.opened(), query or RowQuery()))

    def steadily(self, read: Callable[[], Answer]) -> Answer:
        """Read; after a fault of the connection the next question opens another."""
        try:
            return super().steadily(read)
        except Unavailable:
            self._opened = None
            raise

    def work_out_statistics(
        self, approximate: bool = False, progress: Progress = silent
    ) -> "TableStatistics":
        """Have the engine compute the figures of every column, or estimate those of a large one."""
        from modelyard.datasets.engines.estimate import estimate
        from modelyard.datasets.engines.profile import profile

        if self.is_fetched:
            return super().work_out_statistics(approximate, progress)
        self.refuse_costly()
        work_out = estimate if approximate else profile
        return work_out(self.opened(), self.shape().rows, progress)

    def correlate(self) -> "Correlation":
        """Correlate the columns of rows that the engine chooses, as many as of a file."""
        from modelyard.datasets.correlation import MOST_ROWS, correlate
        from modelyard.datasets.engines.scoring import sample_of

        rows = self.shape().rows
        if self.is_fetched or rows <= MOST_ROWS:
            return correlate(self.where, self.scan(), rows)
        self.refuse_costly()
        sample = sample_of(self.opened(), rows, MOST_ROWS)
        found = correlate(self.where, sample.head(MOST_ROWS).lazy(), min(sample.height, MOST_ROWS))
        chosen = f"{found.rows:,} of {rows:,} rows, chosen by {self.opened().engine}"
        method = found.method.replace("all rows", chosen)
        return msgspec.structs.replace(found, method=method)

    def fetch(self, progress: Progress = silent) -> Path:
        """Copy the table to a local Parquet file, which is read from then on.

        The copy appears whole or not at all.
        """
        from modelyard.datasets.engines.copying import copy_table

        self.refuse_costly()
        with making_room(self.where):
            copy_table(self.opened(), self.shape().rows, self.fetched, progress)
        return self.fetched

    def stored_bytes(self) -> int:
        """Give the size as the engine estimates it; 0 where it does not say."""
        return super().stored_bytes() if self.is_fetched else self.opened().estimate.bytes or 0

    def opened(self) -> "EngineTable":
        """Give the table in its engine; the connection is kept."""
        from modelyard.datasets.engines.opening import open_table

        if self._opened is None:
            self._opened = open_table(self.where, self.connection, self.table)
        return self._opened

    def refuse_costly(self) -> None:
        """Raise Invalid before a query that would read more than the connection allows."""
        most, size = self.connection.most_bytes, self.opened().estimate.bytes
        if most and size is not None and size > most:
            raise Invalid(
                self.where,
                f"{self.connection.name} would read about {size:,} bytes; {most:,} are allowed.",
                f"Raise connections.{self.connection.name}.most_bytes in modelyard.toml.",
            )

    def _mark(self) -> str:
        if self.connection.kind != "duckdb":
            return str(int(self.clock() / max(1.0, self.connection.fresh_for_s)))
        try:
            state = Path(self.connection.address).stat()
        except OSError:
            raise NotFound(self.where, "the DuckDB file is not there (any more).") from None
        return f"{state.st_size} {state.st_mtime_ns} {state.st_ino}"

    def _shape(self) -> Shape:
        if self.is_fetched:
            return super()._shape()
        table = self.opened()
        fields = (Field(name, str(kind)) for name, kind in table.frame.collect_schema().items())
        return Shape(rows=table.rows(), columns=tuple(fields), bytes=self.stored_bytes())

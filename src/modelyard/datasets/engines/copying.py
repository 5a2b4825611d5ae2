"""A local copy of a table: fetched in batches, written as one Parquet file."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from modelyard.datasets.engines.reading import reading_from
from modelyard.datasets.engines.table import EngineTable
from modelyard.private import private_folder
from modelyard.progress import Progress

BATCH_ROWS = 100_000


def copy_table(table: EngineTable, rows: int, path: Path, progress: Progress) -> None:
    """Write all rows to `path`, which appears whole or not at all.

    Raises Unavailable where the engine fails midway.
    """
    private_folder(path.parent)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with reading_from(table.where):
            _write(table, rows, unfinished, progress)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(table: EngineTable, rows: int, path: Path, progress: Progress) -> None:
    written, writer = 0, None
    try:
        for batch in batches_of(table.frame.to_native()):
            writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd")
            writer.write_batch(batch)
            written += batch.num_rows
            progress(min(1.0, written / max(1, rows)), f"{written:,} rows")
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        pq.write_table(table.frame.collect(backend="pyarrow").to_native(), path)


def batches_of(native: Any) -> "pa.RecordBatchReader":
    """Give the rows as engines hand them out: piece by piece, where they can."""
    for method in ("to_pyarrow_batches", "to_arrow_reader", "fetch_arrow_reader"):
        give = getattr(native, method, None)
        if give is not None:
            return give()
    return native.toArrow().to_reader(BATCH_ROWS)

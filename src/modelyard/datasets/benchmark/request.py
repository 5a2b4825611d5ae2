"""What is to be benchmarked, and the check that it can be."""

from pathlib import Path
from typing import Literal

import msgspec

from modelyard.errors import Invalid, NotFound

FileFormat = Literal["parquet", "csv", "ndjson", "json", "arrow"]


class BenchmarkInput(msgspec.Struct, frozen=True):
    """A table in one or several local files.

    `name` is the dataset's name for messages. Several `paths` are parts of one table, in order.
    `separator`, `encoding` (a Python codec name, or "utf8-lossy") and `null_values` (texts that
    mean "no value", besides the empty text and NaN) count for csv only. "arrow" is the Arrow IPC
    file format (Feather version 2), "json" one array of objects.
    """

    name: str
    format: FileFormat
    paths: tuple[str, ...]
    separator: str = ","
    encoding: str = "utf8"
    null_values: tuple[str, ...] = ()


def total_bytes(files: BenchmarkInput) -> int:
    """Return the size of all the files together.

    Raises Invalid when no file is named, NotFound when one does not exist.
    """
    if not files.paths:
        raise Invalid(files.name, "the benchmark was given no file.", "Name at least one path.")
    for path in files.paths:
        if not Path(path).is_file():
            raise NotFound(files.name, f"the file {path} does not exist.")
    return sum(Path(path).stat().st_size for path in files.paths)


def csv_gaps(files: BenchmarkInput) -> tuple[str, ...]:
    """Return the texts that mean "no value" in csv on both sides; NaN is one of them."""
    return ("", *files.null_values, "NaN", "nan")

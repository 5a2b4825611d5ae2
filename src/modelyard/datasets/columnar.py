"""Every table as columns: Parquet and Arrow as they are, row formats copied to Parquet once."""

import contextlib
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from modelyard.datasets import partitions
from modelyard.datasets.csv_faults import count_rows, find_fault
from modelyard.datasets.csv_table import scan_csv
from modelyard.datasets.faults import collect, reading
from modelyard.datasets.json_table import read_json, scan_ndjson
from modelyard.datasets.shape import Field, Shape
from modelyard.datasets.source import Source
from modelyard.errors import Invalid, Unavailable

MARKS = {"parquet": (b"PAR1", b"PAR1"), "arrow": (b"ARROW1", b"ARROW1")}
NAMES = {"parquet": "a Parquet file", "arrow": "an Arrow IPC file (Feather version 2)"}


def scan_local(
    where: str, files: Sequence[Path], arrow: bool = False, root: Path | None = None
) -> pl.LazyFrame:
    """Open local Parquet or Arrow files as one lazy table; nothing but the schema is read.

    Parts under the folder `root` get a column for each `name=value` in their folders' names.
    Raises Invalid naming the part that is broken.
    """
    hive = root is not None and bool(partitions.keys_of(files[0].relative_to(root)))
    try:
        frame = scan_columnar(where, files, arrow, hive=hive)
    except (Invalid, Unavailable) as fault:
        raise find_broken(where, files, arrow) or fault from None
    if hive and root is not None:
        above = set(partitions.keys_of(root)) - set(partitions.keys_of(files[0].relative_to(root)))
        frame = frame.drop(cs.by_name(*above, require_all=False))
    return frame


def scan_columnar(
    where: str,
    files: Sequence[str | Path],
    arrow: bool = False,
    options: Mapping[str, Any] | None = None,
    hive: bool = False,
) -> pl.LazyFrame:
    """Open Parquet or Arrow files, local or remote, as one lazy table.

    Raises Invalid where the first of them is broken.
    """
    scan = pl.scan_ipc if arrow else pl.scan_parquet
    with reading(where):
        frame = scan(
            [str(file) for file in files],
            storage_options=dict(options) if options else None,
            hive_partitioning=hive,
            glob=False,
        )
        frame.collect_schema()
    return frame


def refuse_different_parts(
    where: str, files: Sequence[Path], arrow: bool = False, only: Path | None = None
) -> None:
    """Raise Invalid, naming the part, where one is broken or has other columns than the first.

    With `only`, that part alone is compared.
    """
    first: pl.Schema | None = None
    for path in files if only is None else (files[0], only):
        place = name_of(where, files, path)
        schema = scan_local(place, [path], arrow).collect_schema()
        first = first or schema
        refuse_difference(place, first, schema)


def refuse_difference(where: str, first: pl.Schema, other: pl.Schema) -> None:
    """Raise Invalid where a part has other columns than the first."""
    difference = _difference(first, other)
    if difference:
        raise Invalid(where, f"{difference} in the first part.", "Give all parts the same.")


def find_broken(where: str, files: Sequence[Path], arrow: bool) -> Invalid | None:
    """Find the first file that is empty, cut off or of another format."""
    kind = "arrow" if arrow else "parquet"
    begins, ends = MARKS[kind]
    for path in files:
        place = name_of(where, files, path)
        head, tail = _both_ends(place, path, len(begins))
        if not head:
            return Invalid(place, "the file is empty.")
        if head != begins:
            return Invalid(place, f"is not {NAMES[kind]}: it begins like another format.")
        if tail != ends:
            return Invalid(place, f"is {NAMES[kind]} that was cut off.", "Copy it again.")
    return None


def copy_to_parquet(where: str, source: Source, files: Sequence[Path], target: Path) -> None:
    """Turn files of a row format into one Parquet file, in bounded memory for CSV and NDJSON.

    Raises Invalid naming the file and the line at fault.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".rows-") as folder:
        try:
            with reading(where):
                _sink(_one_frame(where, source, files, Path(folder)), target)
                if source.format == "csv":
                    _settle_short_rows(where, source, files, target, Path(folder))
        except Invalid as fault:
            raise _line_at_fault(where, source, files, fault) from None


def shape_of(where: str, frame: pl.LazyFrame, stored_bytes: int) -> Shape:
    """Count the rows of a table, and name its columns.

    Raises Invalid for a table without columns.
    """
    refuse_no_columns(where, frame)
    columns = tuple(Field(name, str(dtype)) for name, dtype in frame.collect_schema().items())
    rows = collect(where, frame.select(pl.len())).item()
    return Shape(rows=rows, columns=columns, bytes=stored_bytes)


def refuse_no_columns(where: str, frame: pl.LazyFrame) -> None:
    """Raise Invalid for a table without columns."""
    if not frame.collect_schema():
        raise Invalid(where, "the table has no columns.")


def name_of(where: str, files: Sequence[Path], path: Path) -> str:
    """Name one of the files of a table: by its own name only where there are several."""
    return where if len(files) == 1 else f"{where}, {path.name}"


def _difference(first: pl.Schema, other: pl.Schema) -> str:
    """Say how the columns of a part differ from those of the first; nothing where they do not."""
    for name, dtype in other.items():
        if name not in first:
            return f"has the column '{name}', which is not"
        if dtype != first[name]:
            return f"has the column '{name}' as {dtype}, which is {first[name]}"
    missing = [name for name in first if name not in other]
    return f"lacks the column '{missing[0]}', which is" if missing else ""


def _both_ends(where: str, path: Path, length: int) -> tuple[bytes, bytes]:
    with reading(where), path.open("rb") as file:
        head = file.read(length)
        file.seek(max(0, path.stat().st_size - length))
        return head, file.read(length)


def _one_frame(where: str, source: Source, files: Sequence[Path], folder: Path) -> pl.LazyFrame:
    frames = [
        _scan_rows(name_of(where, files, path), source, path, folder).with_columns(
            partitions.columns_of(path, source.path)
        )
        for path in files
    ]
    if len(frames) == 1:
        return frames[0]
    names = frames[0].collect_schema().names()
    for path, frame in zip(files, frames, strict=True):
        _refuse_other_names(name_of(where, files, path), names, frame)
    alike = [_without_empty_texts(frame.select(cs.by_name(*names))) for frame in frames]
    return pl.concat(alike, how="vertical_relaxed")


def _without_empty_texts(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Take columns without a value as of no type: such a part makes no numbers of others text."""
    empty = frame.select(cs.string().is_null().all()).collect()
    names = [name for name in empty.columns if empty[name].item()]
    return frame.with_columns(cs.by_name(*names).cast(pl.Null)) if names else frame


def _refuse_other_names(where: str, names: Sequence[str], frame: pl.LazyFrame) -> None:
    own = frame.collect_schema().names()
    missing, added = [n for n in names if n not in own], [n for n in own if n not in names]
    for name in (*missing, *added):
        verb = "has" if name in own else "lacks"
        raise Invalid(
            where, f"{verb} the column '{name}', unlike the first part.", "Give all the same."
        )


def _scan_rows(where: str, source: Source, path: Path, folder: Path) -> pl.LazyFrame:
    with reading(where):
        if source.format == "csv":
            return scan_csv(where, path, source.csv, folder)
        if source.format == "ndjson":
            return scan_ndjson(where, path, folder)
        return read_json(where, path)


def _sink(frame: pl.LazyFrame, target: Path) -> None:
    frame.sink_parquet(target, compression="zstd", compression_level=1)


def _settle_short_rows(
    where: str, source: Source, files: Sequence[Path], target: Path, folder: Path
) -> None:
    """Refuse rows with too few cells, which Polars fills with nulls, and drop blank lines.

    Such a row has no value in the last column, so the files are gone through row by row only
    where that column has nulls. In a table of one column a blank line is a null.
    """
    copy = pl.scan_parquet(target, glob=False)
    own = read_names(source, files[0], copy)
    if len(own) < 2 or not copy.select(cs.by_name(own[-1]).null_count()).collect().item():
        return
    blank: list[int] = []
    before = 0
    for path in files:
        rows = count_rows(name_of(where, files, path), path, source.csv)
        blank += [before + row for row in rows.blank]
        before += rows.count
    if blank:
        kept = copy.with_row_index("\0row").filter(~cs.by_name("\0row").is_in(blank))
        shorter = folder / "shorter.parquet"
        _sink(kept.drop("\0row"), shorter)
        shorter.replace(target)


def read_names(source: Source, path: Path, frame: pl.LazyFrame) -> list[str]:
    """Give the names of the columns that stand in the file itself, not in its folder's name."""
    added = partitions.columns_of(path, source.path)
    return frame.collect_schema().names()[: -len(added) or None]


def _line_at_fault(where: str, source: Source, files: Sequence[Path], fault: Invalid) -> Invalid:
    """Give the fault with its line, where the file is CSV and the fault names none yet."""
    if source.format != "csv" or fault.where not in {
        where,
        *(name_of(where, files, path) for path in files),
    }:
        return fault
    with contextlib.suppress(OSError, EOFError, zlib.error, UnicodeError):
        found = (find_fault(name_of(where, files, path), path, source.csv) for path in files)
        return next((line for line in found if line is not None), fault)
    return fault

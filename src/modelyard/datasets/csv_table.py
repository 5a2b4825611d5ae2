"""CSV files: read strictly, with identifiers kept as they are written."""

import codecs
import csv
import gzip
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from polars import exceptions as polars_errors

from modelyard.datasets.compressed import open_bytes, open_text
from modelyard.datasets.dates import with_dates
from modelyard.datasets.faults import first_line
from modelyard.datasets.source import CsvOptions
from modelyard.errors import Invalid, Unavailable

LEADING_ZERO = r"^[+-]?0\d"
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LONGEST_CELL = 512 * 1024 * 1024


def scan_csv(where: str, path: Path, options: CsvOptions) -> pl.LazyFrame:
    """Open a CSV file with a header.

    Types come from all rows, not from the first ones. A column of digits with leading zeros (a
    ZIP code, a CIK) stays text. Rows with too few or too many cells, bytes that are not in the
    stated encoding and repeated column names are refused with their line.

    Raises Invalid naming the file and the line.
    """
    check_header(where, path, options)
    source: Path | bytes = path
    if codecs.lookup(options.encoding).name not in {"utf-8", "utf-8-sig", "ascii"}:
        source = _transcoded(where, path, options)
    try:
        return with_dates(_typed(source, options))
    except polars_errors.PolarsError as fault:
        raise _explained(where, path, options, fault) from None


def check_after(where: str, path: Path, options: CsvOptions, frame: pl.LazyFrame) -> None:
    """Refuse rows with too few cells, which Polars fills with nulls.

    Such a row has no value in the last column, so the file is gone through by line only where
    that column has nulls at all.
    """
    columns = frame.collect_schema().names()
    if len(columns) < 2 or not frame.select(pl.col(columns[-1]).null_count()).collect().item():
        return
    fault = find_ragged(path, options)
    if fault is not None:
        raise Invalid(f"{where}, line {fault[0]}", fault[1], "Mend the line.")


def check_header(where: str, path: Path, options: CsvOptions) -> None:
    """Refuse an empty file and repeated column names.

    Raises Invalid.
    """
    header = _first_row(where, path, options)
    if not header:
        raise Invalid(where, "the file is empty.", "A CSV file begins with a line of column names.")
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if repeated:
        places = [str(place) for place, name in enumerate(header, 1) if name == repeated[0]]
        raise Invalid(
            f"{where}, line 1",
            f"the column name '{repeated[0]}' is used {len(places)} times "
            f"(columns {', '.join(places)}).",
            "Rename them.",
        )


def find_ragged(path: Path, options: CsvOptions) -> tuple[int, str] | None:
    """Find the first row whose number of cells differs from the header's: its line, and how."""
    csv.field_size_limit(LONGEST_CELL)
    with open_text(path, options.encoding) as file:
        reader = csv.reader(file, delimiter=options.separator)
        width = len(next(reader, []))
        for row in reader:
            if row and len(row) != width:
                return reader.line_num, f"has {len(row)} cells; the header has {width}."
    return None


def _typed(source: Path | bytes, options: CsvOptions) -> pl.LazyFrame:
    def scan(overrides: Mapping[str, pl.DataType] | None) -> pl.LazyFrame:
        return pl.scan_csv(
            source,
            separator=options.separator,
            null_values=list(options.null_values),
            infer_schema_length=None,
            schema_overrides=overrides,
            low_memory=True,
        )

    frame = scan(None)
    schema = frame.collect_schema()
    whole = {name: pl.String() for name, dtype in schema.items() if dtype.is_integer()}
    if not whole:
        return frame
    zeros = scan(whole).select(pl.col(*whole).str.contains(LEADING_ZERO).any()).collect()
    text = {name: pl.String() for name in whole if zeros[name].item()}
    return scan(text) if text else frame


def _first_row(where: str, path: Path, options: CsvOptions) -> list[str]:
    try:
        with open_text(path, options.encoding) as file:
            return next(csv.reader(file, delimiter=options.separator), [])
    except UnicodeDecodeError:
        raise _wrong_encoding(where, path, options) from None
    except LookupError:
        raise Invalid(where, f"there is no encoding '{options.encoding}'.") from None
    except (csv.Error, gzip.BadGzipFile, EOFError) as fault:
        raise Invalid(where, f"cannot be read as CSV: {first_line(fault)}.") from None
    except OSError as fault:
        raise Unavailable(where, f"cannot be read: {fault.strerror}.") from None


def _transcoded(where: str, path: Path, options: CsvOptions) -> bytes:
    try:
        with open_text(path, options.encoding) as file:
            return file.read().encode()
    except UnicodeDecodeError:
        raise _wrong_encoding(where, path, options) from None


def _explained(
    where: str, path: Path, options: CsvOptions, fault: polars_errors.PolarsError
) -> Invalid:
    """Find the line that Polars could not read: its own message rarely names it."""
    wrong_bytes = _wrong_encoding(where, path, options)
    if wrong_bytes.why:
        return wrong_bytes
    try:
        ragged = find_ragged(path, options)
    except (csv.Error, EOFError, OSError) as other:
        return Invalid(where, f"cannot be read as CSV: {first_line(other)}.")
    if ragged is not None:
        return Invalid(
            f"{where}, line {ragged[0]}",
            ragged[1],
            "Mend the line, or name another `separator` in modelyard.toml.",
        )
    return Invalid(where, f"cannot be read as CSV: {first_line(fault)}.")


def _wrong_encoding(where: str, path: Path, options: CsvOptions) -> Invalid:
    """Give the fault of the first bytes that are not in the stated encoding.

    Its `why` is empty where all of them are.
    """
    with open_bytes(path) as file:
        for line, raw in enumerate(file, start=1):
            if line == 1 and raw.startswith(UTF16_MARKS):
                return Invalid(
                    f"{where}, line 1",
                    "the file is UTF-16.",
                    'Set encoding = "utf-16" for it in modelyard.toml, or save it as UTF-8.',
                )
            try:
                raw.decode(options.encoding)
            except UnicodeDecodeError as fault:
                return Invalid(
                    f"{where}, line {line}",
                    f"byte 0x{raw[fault.start]:02x} at position {fault.start + 1} is not "
                    f"{options.encoding.upper()}.",
                    'Save the file as UTF-8, or set its encoding (often "cp1252") in '
                    "modelyard.toml.",
                )
    return Invalid(where, "")

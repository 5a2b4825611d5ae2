"""CSV files: read strictly, with identifiers kept as they are written."""

from pathlib import Path

import polars as pl
import polars.selectors as cs

from modelyard.datasets.compressed import copy_as_utf8
from modelyard.datasets.csv_faults import is_utf8, read_header
from modelyard.datasets.dates import with_dates
from modelyard.datasets.source import CsvOptions
from modelyard.errors import Invalid

Schema = dict[str, pl.DataType]
LEADING_ZERO = r"^[+-]?0\d"


def scan_csv(where: str, path: Path, options: CsvOptions, folder: Path) -> pl.LazyFrame:
    """Open a CSV file with a header.

    Types come from all rows, not from the first ones. A column in which some number has leading
    zeros (a ZIP code, a CIK, an ICD code) stays text. Whole numbers beyond 64 bits are almost
    always identifiers: the column stays text too, so that no digit is lost. A number with a
    decimal point is a 64-bit float, which holds about 16 digits, and so are all others of its
    column. Dates and times in ISO 8601 become such.

    A file that is not UTF-8 is first copied as UTF-8 into `folder`, which has to stay until the
    table has been read. Raises Invalid naming the file and the line.
    """
    names = read_header(where, path, options)
    readable = path if is_utf8(options) else _utf8_copy(path, options, folder)
    inferred = dict(_scan(readable, options, None).collect_schema())
    if len(inferred) != len(names):
        raise Invalid(
            where,
            f"the header has {len(names)} names and its line {len(inferred)} cells.",
            "Are the lines ended by line feeds? A lone carriage return ends none.",
        )
    frame = _scan(readable, options, _exact(readable, options, inferred))
    return with_dates(frame.rename(dict(zip(inferred, names, strict=True))))


def _utf8_copy(path: Path, options: CsvOptions, folder: Path) -> Path:
    copy = folder / f"{len(list(folder.iterdir())):05d}.csv"
    copy_as_utf8(path, options.encoding, copy)
    return copy


def _scan(path: Path, options: CsvOptions, schema: Schema | None) -> pl.LazyFrame:
    """Open the file; without a schema all rows are read for it, which takes longest."""
    return pl.scan_csv(
        path,
        separator=options.separator,
        null_values=list(options.null_values),
        decimal_comma=options.decimal_comma,
        infer_schema_length=None,
        schema=schema,
        low_memory=True,
        glob=False,
    )


def _exact(path: Path, options: CsvOptions, schema: Schema) -> Schema:
    """Change the types of the numeric columns that would lose digits."""
    numeric = [name for name, dtype in schema.items() if dtype.is_numeric()]
    if not numeric:
        return schema
    written = _scan(path, options, {**schema, **dict.fromkeys(numeric, pl.String())})
    text = _kept_as_text(written, numeric)
    wide = [name for name in numeric if schema[name] == pl.Int128 and name not in text]
    return {**schema, **text, **_beyond_64_bits(written, wide)}


def _kept_as_text(written: pl.LazyFrame, names: list[str]) -> dict[str, pl.DataType]:
    """Choose the columns of numbers in which one is written with leading zeros."""
    zeros = written.select(cs.by_name(*names).str.contains(LEADING_ZERO).any()).collect()
    return {name: pl.String() for name in names if zeros[name].item()}


def _beyond_64_bits(written: pl.LazyFrame, wide: list[str]) -> dict[str, pl.DataType]:
    """Choose unsigned 64-bit integers for wide columns where that is enough, else text."""
    if not wide:
        return {}
    column = cs.by_name(*wide)
    lost = column.cast(pl.UInt64, strict=False).is_null() & column.is_not_null()
    beyond = written.select(lost.any()).collect()
    return {name: pl.String() if beyond[name].item() else pl.UInt64() for name in wide}

"""JSON records and newline-delimited JSON, with the record at fault named."""

from pathlib import Path

import msgspec
import polars as pl
from polars import exceptions as polars_errors

from modelyard.datasets.compressed import open_bytes
from modelyard.datasets.faults import first_line
from modelyard.errors import Invalid

EXAMPLE = '[{"name": "a", "size": 1}, {"name": "b", "size": 2}]'


def scan_ndjson(where: str, path: Path) -> pl.LazyFrame:
    """Open a file with one JSON object on each line.

    Raises Invalid naming the first line that is none.
    """
    _refuse_bad_lines(where, path)
    try:
        return pl.scan_ndjson(path, infer_schema_length=None)
    except polars_errors.PolarsError as fault:
        raise Invalid(where, f"cannot be read: {first_line(fault)}.") from None


def read_json(where: str, path: Path) -> pl.LazyFrame:
    """Read a file that holds one JSON list of objects.

    Raises Invalid where it is another kind of document.
    """
    with open_bytes(path) as file:
        content = file.read()
    if not content.strip():
        raise Invalid(where, "the file is empty.")
    try:
        document = msgspec.json.decode(content)
    except msgspec.DecodeError as fault:
        raise Invalid(where, f"is not JSON: {first_line(fault)}.") from None
    if not isinstance(document, list):
        kind = "one object" if isinstance(document, dict) else "a single value"
        raise Invalid(where, f"holds {kind}, not a list of records.", f"Write it like {EXAMPLE}.")
    for number, record in enumerate(document, start=1):
        if not isinstance(record, dict):
            raise Invalid(f"{where}, record {number}", "is not an object.", f"Write {EXAMPLE}.")
    if not document:
        raise Invalid(where, "the list has no records, so it has no columns.")
    try:
        return pl.read_json(content, infer_schema_length=None).lazy()
    except polars_errors.PolarsError as fault:
        raise Invalid(where, f"cannot be read: {first_line(fault)}.") from None


def _refuse_bad_lines(where: str, path: Path) -> None:
    seen = False
    with open_bytes(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            seen = True
            try:
                record = msgspec.json.decode(line)
            except msgspec.DecodeError as fault:
                raise Invalid(f"{where}, line {number}", f"{first_line(fault)}.") from None
            if not isinstance(record, dict):
                raise Invalid(f"{where}, line {number}", "is not a JSON object.")
    if not seen:
        raise Invalid(where, "the file is empty.")

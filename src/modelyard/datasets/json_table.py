"""JSON records and newline-delimited JSON, with the record at fault named."""

from pathlib import Path

import msgspec
import polars as pl

from modelyard.datasets.compressed import open_bytes
from modelyard.datasets.faults import first_line
from modelyard.errors import Invalid

EXAMPLE = '[{"name": "a", "size": 1}, {"name": "b", "size": 2}]'


def scan_ndjson(where: str, path: Path, folder: Path) -> pl.LazyFrame:
    """Open a file with one JSON object on each line.

    It is read through a link in `folder`, because Polars takes `*`, `?` and `[` in a name for a
    pattern. Raises Invalid naming the first line that is no object.
    """
    _refuse_bad_lines(where, path)
    link = folder / f"{len(list(folder.iterdir())):05d}.ndjson"
    link.symlink_to(path.absolute())
    return pl.scan_ndjson(link, infer_schema_length=None)


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
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        raise Invalid(where, f"is not JSON: {first_line(fault)}.") from None
    if not isinstance(document, list):
        kind = "one object" if isinstance(document, dict) else "a single value"
        raise Invalid(where, f"holds {kind}, not a list of records.", f"Write it like {EXAMPLE}.")
    for number, record in enumerate(document, start=1):
        if not isinstance(record, dict):
            raise Invalid(f"{where}, record {number}", "is not an object.", f"Write {EXAMPLE}.")
    if not any(document):
        raise Invalid(where, "no record has a member, so the table has no columns.")
    return pl.read_json(content, infer_schema_length=None).lazy()


def _refuse_bad_lines(where: str, path: Path) -> None:
    seen = False
    with open_bytes(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            seen = True
            try:
                record = msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
                why = f"is not JSON: {first_line(fault)}."
                raise Invalid(f"{where}, line {number}", why) from None
            if not isinstance(record, dict):
                raise Invalid(f"{where}, line {number}", "is not a JSON object.")
    if not seen:
        raise Invalid(where, "the file is empty.")

"""Bodies that are tables: CSV, Parquet and Arrow, into the rows of a model."""

import csv
import io
from typing import TYPE_CHECKING, Any

from modelyard.models.frames import rows_of_frame
from modelyard.models.input_faults import BadInput, bad, faults_of_names
from modelyard.models.predict import Predictor
from modelyard.models.rows import Rows

if TYPE_CHECKING:
    import polars as pl

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ARROW_STREAM = "application/vnd.apache.arrow.stream"
ARROW_FILE = "application/vnd.apache.arrow.file"
TABLES = (CSV, PARQUET, ARROW_STREAM, ARROW_FILE)


def rows_of_body(predictor: Predictor, body: bytes, media_type: str) -> Rows:
    """Read a table in one of the media types of `TABLES`. Raises BadInput."""
    frame = _read_csv(predictor, body) if media_type == CSV else _read_columnar(body, media_type)
    if frame.height > predictor.reader.most_rows or frame.height == 0:
        predictor.reader.check_count(frame.height)
    faults = faults_of_names(frame.columns, predictor.description.signature, None)
    if faults:
        raise BadInput(faults)
    return rows_of_frame(predictor, frame)


def _read_columnar(body: bytes, media_type: str) -> "pl.DataFrame":
    import polars as pl

    read: Any = {PARQUET: pl.read_parquet, ARROW_STREAM: pl.read_ipc_stream}.get(
        media_type, pl.read_ipc
    )
    try:
        found: pl.DataFrame = read(io.BytesIO(body))
    except Exception as fault:  # noqa: BLE001  it has many kinds, of several libraries
        raise bad(f"cannot be read as {media_type}: {_plain(fault)}.") from None
    return found


def _read_csv(predictor: Predictor, body: bytes) -> "pl.DataFrame":
    """Read CSV with names in its first line; without, where that line fits the inputs."""
    import polars as pl

    first = _first_line(body)
    names = predictor.description.signature.names
    has_names = not _is_row(predictor, first)
    if has_names and len(set(first)) != len(first):
        raise bad("a name stands twice in the first line.")
    try:
        return pl.read_csv(
            io.BytesIO(body),
            has_header=has_names,
            new_columns=None if has_names else list(names),
            infer_schema=False,
        )
    except Exception as fault:  # noqa: BLE001  it has many kinds
        raise bad(f"cannot be read as CSV: {_plain(fault)}.") from None


def _first_line(body: bytes) -> list[str]:
    try:
        text = body[:1_000_000].decode("utf-8-sig", "strict" if len(body) < 1_000_000 else "ignore")
    except UnicodeDecodeError as fault:
        raise bad(f"is not UTF-8 (byte {fault.start}).") from None
    try:
        return next(csv.reader(io.StringIO(text)), [])
    except csv.Error as fault:
        raise bad(f"cannot be read as CSV: {fault}.") from None


def _is_row(predictor: Predictor, cells: list[str]) -> bool:
    """Tell whether a line holds values, not names: a number stands wherever one is wanted."""
    fields = predictor.description.signature.fields
    places = [place for place, field in enumerate(fields) if field.kind == "number"]
    if len(cells) != len(fields) or not places or set(cells) & {field.name for field in fields}:
        return False
    return all(_is_number(cells[place]) for place in places)


def _is_number(text: str) -> bool:
    try:
        float(text or "0")
    except ValueError:
        return False
    return True


def _plain(fault: Exception) -> str:
    return " ".join(str(fault).split())[:200].rstrip(".")

"""Rows for a model from the command line or a file, and what it answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.cli.key_values import pairs
from modelyard.errors import Invalid

if TYPE_CHECKING:
    from modelyard.models.description import Field
    from modelyard.models.serving import Served

BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
MISSING = frozenset({"", "null"})


def predict_values(served: "Served", values: tuple[str, ...]) -> dict[str, Any]:
    """Ask for one row of `INPUT=VALUE`; raises BadInput."""
    fields = {one.name: one for one in served.predictor.description.signature.fields}
    record = {name: _read(text, fields.get(name)) for name, text in pairs(values).items()}
    found = served.predictor.predict_records(record)
    classes = served.predictor.classes
    answer: dict[str, Any] = {
        "model": served.version.model,
        "version": served.version.number,
        "prediction": found.predictions[0],
    }
    if found.probabilities and len(served.predictor.description.classes) == 1:
        given = zip(classes, found.probabilities[0], strict=True)
        answer["probabilities"] = {str(known): share for known, share in given}
    if found.scores:
        answer["score"] = found.scores[0]
    if found.flags:
        answer["flags"] = [msgspec.to_builtins(flag) for flag in found.flags]
    return answer


def predict_file(served: "Served", path: Path, as_json: bool) -> str:
    """Ask for a file of rows; gives CSV, or JSON lines. Raises BadInput, Invalid."""
    from modelyard.models.frames import predict_frame

    frame = predict_frame(served.predictor, _read_table(path))
    return frame.write_ndjson() if as_json else frame.write_csv()


def read_records(path: Path) -> list[dict[str, Any]]:
    """Read a JSON list of records, or a table; raises Invalid."""
    if path.suffix.lower() != ".json":
        rows: list[dict[str, Any]] = _read_table(path).to_dicts()
        return rows
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[dict[str, Any]])
    except msgspec.DecodeError as fault:
        raise Invalid(path.name, f"is no JSON list of records: {fault}.") from None


def _read_table(path: Path) -> Any:
    import polars as pl

    readers = {".parquet": pl.read_parquet, ".ndjson": pl.read_ndjson, ".csv": pl.read_csv}
    read: Any = readers.get(path.suffix.lower())
    if read is None:
        raise Invalid(path.name, "is no table.", f"Its ending: {', '.join(readers)}.")
    try:
        return read(path, **({"infer_schema_length": None} if read is pl.read_csv else {}))
    except (pl.exceptions.PolarsError, OSError) as fault:
        raise Invalid(path.name, f"cannot be read: {str(fault).splitlines()[0]}.") from None


def _read(text: str, field: "Field | None") -> Any:
    """Read a value as its input means it; what does not fit is left for the model to refuse."""
    if field is not None and field.kind == "text":
        return text
    if text.strip().lower() in MISSING:
        return None
    if field is not None and field.kind == "boolean":
        return BOOLEANS.get(text.strip().lower(), text)
    try:
        return int(text) if text.strip().lstrip("+-").isdigit() else float(text)
    except ValueError:
        return text

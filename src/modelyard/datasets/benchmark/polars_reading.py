"""How the Polars side reads: eagerly, whole, with the reader of the format."""

from collections.abc import Callable

import polars as pl
import polars.selectors as cs

from modelyard.datasets.benchmark.plan import Plan
from modelyard.datasets.benchmark.request import BenchmarkInput, csv_gaps

_CSV_TYPES: dict[str, type[pl.DataType]] = {
    "Boolean": pl.Boolean,
    "Float64": pl.Float64,
    "Int64": pl.Int64,
    "String": pl.String,
}
_READ_AS_IT_IS = ("utf8", "utf8-lossy")


def read_table(files: BenchmarkInput, plan: Plan | None = None) -> pl.DataFrame:
    """Read all parts into one frame; NaN counts as missing, as it does in pandas.

    With a plan the column types of csv are given, not inferred. Without one they are found over
    all rows.
    """
    readers: dict[str, Callable[[], pl.DataFrame]] = {
        "parquet": lambda: pl.read_parquet(list(files.paths), glob=False),
        "csv": lambda: _read_csv(files, plan),
        "ndjson": lambda: pl.read_ndjson(list(files.paths), infer_schema_length=None),
        "json": lambda: _joined([pl.read_json(p, infer_schema_length=None) for p in files.paths]),
        "arrow": lambda: _joined([pl.read_ipc(path) for path in files.paths]),
    }
    frame = readers[files.format]()
    return frame.with_columns(cs.float().fill_nan(None))


def _joined(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return parts[0] if len(parts) == 1 else pl.concat(parts, how="vertical_relaxed")


def _read_csv(files: BenchmarkInput, plan: Plan | None) -> pl.DataFrame:
    """Read all parts at once, or one by one where Polars has to decode their text first."""
    if _polars_encoding(files.encoding) in _READ_AS_IT_IS:
        return _read_csv_parts(list(files.paths), files, plan)
    return _joined([_read_csv_parts([path], files, plan) for path in files.paths])


def _read_csv_parts(paths: list[str], files: BenchmarkInput, plan: Plan | None) -> pl.DataFrame:
    types = {
        column.name: _CSV_TYPES[column.dtype]
        for column in (plan.columns if plan else ())
        if column.dtype in _CSV_TYPES
    }
    return pl.read_csv(
        paths[0] if len(paths) == 1 else paths,
        separator=files.separator,
        encoding=_polars_encoding(files.encoding),
        null_values=list(csv_gaps(files)),
        schema_overrides=types or None,
        infer_schema_length=None if plan is None else 100,
        glob=False,
    )


def _polars_encoding(name: str) -> str:
    """Return Polars' own name for UTF-8, which it reads without decoding the text first."""
    return "utf8" if name.lower().replace("_", "-") in ("utf-8", "utf8") else name

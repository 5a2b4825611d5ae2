"""The plan step: read the table once with Polars and choose the columns of each task."""

import re

import polars as pl

from modelyard.datasets.benchmark.plan import (
    ColumnKind,
    ColumnPlan,
    FilterPlan,
    GroupPlan,
    Plan,
)
from modelyard.datasets.benchmark.plan_notes import plan_notes
from modelyard.datasets.benchmark.polars_reading import read_table
from modelyard.datasets.benchmark.request import BenchmarkInput
from modelyard.errors import Invalid

MAX_GROUPS = 1_000
MAX_KEY_BYTES = 200
MEANS_PER_GROUP = 3
_NUMBERS = {pl.Float32, pl.Float64} | {
    *(pl.Int8, pl.Int16, pl.Int32, pl.Int64),
    *(pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64),
}
NAMING = re.compile(
    r"(?i:(?:^|[\W_])(?:cik|code|id|ids|key|no|nr|number))$|[a-z0-9](?:Code|I[dD]|Key|No|Nr|Number)$"
)
"""How the names of integers end that are no measurements. The outliers' rules are not used here:
the process that is measured would load them."""
_GROUP_RANK: dict[ColumnKind, int] = {"text": 0, "boolean": 1, "number": 2}


def make_plan(files: BenchmarkInput) -> Plan:
    """Choose the columns; the same table always gives the same plan.

    Raises Invalid when Polars cannot read the files or the table has no rows.
    """
    frame = _readable(files)
    if frame.width == 0 or frame.height == 0:
        raise Invalid(files.name, "the table has no rows, so there is nothing to measure.")
    # under another name, since Polars would take a name like "*" for a pattern
    values = {series.name: series.alias("values") for series in frame.get_columns()}
    columns = tuple(_column_plan(name, series) for name, series in values.items())
    distinct = {
        column.name: values[column.name].drop_nulls().n_unique()
        for column in columns
        if column.kind != "nested"
    }
    numbers = [c for c in columns if c.kind == "number" and distinct[c.name] > 0]
    measured = _measured(numbers, distinct, frame.height)
    group = _group_plan(values, columns, distinct, measured)
    chosen = _filter_plan(measured[0], frame.height) if measured else None
    by_distinct = sorted(numbers, key=lambda column: -distinct[column.name])
    return Plan(
        rows=frame.height,
        columns=columns,
        group=group,
        filter=chosen,
        sort=by_distinct[0].name if by_distinct else None,
        notes=plan_notes(files, columns, group, chosen),
    )


def _readable(files: BenchmarkInput) -> pl.DataFrame:
    try:
        return read_table(files)
    except (pl.exceptions.PolarsError, OSError, LookupError, UnicodeError, TypeError) as fault:
        first_line = (str(fault).strip().splitlines() or ["no reason given"])[0]
        why = f"Polars cannot read the files as {files.format}: {first_line}"
        raise Invalid(files.name, why) from fault


def _column_plan(name: str, values: pl.Series) -> ColumnPlan:
    kind = _kind(values.dtype)
    return ColumnPlan(
        name=name,
        kind=kind,
        dtype=str(values.dtype),
        integer=values.dtype.is_integer(),
        single_precision=values.dtype == pl.Float32,
        magnitude=_magnitude(values) if kind == "number" else 0.0,
    )


def _kind(dtype: pl.DataType) -> ColumnKind:
    if dtype.is_nested() or dtype == pl.Object:
        return "nested"
    if type(dtype) in _NUMBERS:
        return "number"
    if dtype == pl.Boolean:
        return "boolean"
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return "text"
    return "time" if dtype.is_temporal() else "other"


def _magnitude(values: pl.Series) -> float:
    floats = values.cast(pl.Float64)
    largest = floats.filter(floats.is_finite()).abs().max()
    return float(largest) if isinstance(largest, float) else 0.0


def _measured(numbers: list[ColumnPlan], distinct: dict[str, int], rows: int) -> list[ColumnPlan]:
    """Give the columns whose mean says something, or all of them where there is none.

    A constant says nothing, nor does the mean of integers that name rows or things.
    """
    found = [
        column
        for column in numbers
        if distinct[column.name] > 1
        and not (column.integer and (distinct[column.name] == rows or NAMING.search(column.name)))
    ]
    return found or numbers


def _group_plan(
    values: dict[str, pl.Series],
    columns: tuple[ColumnPlan, ...],
    distinct: dict[str, int],
    measured: list[ColumnPlan],
) -> GroupPlan | None:
    """Prefer keys that repeat, then text over booleans over integers, then the first."""
    keys = [column for column in columns if _may_be_key(values[column.name], column, distinct)]
    if not keys:
        return None
    rows = len(values[keys[0].name])
    key = min(keys, key=lambda k: (distinct[k.name] * 2 > rows, _GROUP_RANK[k.kind])).name
    means = [c.name for c in measured if c.name != key] or [
        c.name for c in columns if c.kind == "number" and c.name != key
    ]
    return GroupPlan(key, tuple(means[:MEANS_PER_GROUP]))


def _may_be_key(values: pl.Series, column: ColumnPlan, distinct: dict[str, int]) -> bool:
    if column.kind not in _GROUP_RANK or (column.kind == "number" and not column.integer):
        return False
    if not 2 <= distinct[column.name] <= MAX_GROUPS:
        return False
    if values.dtype != pl.String:
        return True
    return values.filter(values.str.len_bytes() > MAX_KEY_BYTES).is_empty()


def _filter_plan(column: ColumnPlan, rows: int) -> FilterPlan:
    return FilterPlan(column.name, column.integer and column.magnitude * rows >= 2**63)

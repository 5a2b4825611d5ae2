"""Statistics of a table that are worked out where it lies, one column after the other.

The figures are those of `datasets.statistics`, to the rounding of 64-bit floats: an engine adds up
in another order. Each column is asked for a few times; a store of columns reads that column alone.
"""

import time

import narwhals as nw

from modelyard.datasets.engines.number_profile import number_profile
from modelyard.datasets.engines.table import EngineTable, whole
from modelyard.datasets.engines.text_profile import text_profile
from modelyard.datasets.engines.time_profile import boolean_profile, date_profile
from modelyard.datasets.figures import Column, OtherColumn, TableStatistics
from modelyard.errors import Invalid
from modelyard.progress import Progress, silent

METHOD = (
    "Worked out by {engine} where the table lies; every value was read, and only the figures came "
    "back. They are exact but for the rounding of 64-bit floats."
)


def profile(table: EngineTable, rows: int, progress: Progress = silent) -> TableStatistics:
    """Have an engine compute the figures of every column of a table of `rows` rows.

    Raises Invalid or Unavailable where the engine cannot be asked at all.
    """
    started = time.perf_counter()
    schema = table.frame.collect_schema()
    columns: list[Column] = []
    for name, dtype in schema.items():
        progress(len(columns) / len(schema), f"column {len(columns) + 1} of {len(schema)}")
        columns.append(_column(table, name, dtype, rows))
    progress(1.0, "done")
    return TableStatistics(
        rows=rows,
        exact=True,
        method=METHOD.format(engine=table.engine),
        seconds=round(time.perf_counter() - started, 4),
        engine=table.engine,
        columns=tuple(columns),
    )


def _column(table: EngineTable, name: str, dtype: nw.dtypes.DType, rows: int) -> Column:
    """Work out a column; one that the engine cannot is described, and the others go on."""
    try:
        return _worked_out(table, name, dtype, rows)
    except Invalid as fault:
        nulls = _nulls(table, name)
        note = f"Only nulls are counted: {fault.why}"[:300]
        return OtherColumn(name=name, type=str(dtype)[:200], nulls=nulls, distinct=None, note=note)


def _worked_out(table: EngineTable, name: str, dtype: nw.dtypes.DType, rows: int) -> Column:
    if dtype.is_numeric():
        return number_profile(table, name, dtype, rows)
    if dtype == nw.Boolean:
        return boolean_profile(table, name)
    if isinstance(dtype, nw.Date | nw.Datetime):
        return date_profile(table, name, dtype, rows)
    if isinstance(dtype, nw.String | nw.Categorical | nw.Enum):
        return text_profile(table, name, rows)
    note = "Only nulls are counted."
    nulls = _nulls(table, name)
    return OtherColumn(name=name, type=str(dtype)[:200], nulls=nulls, distinct=None, note=note)


def _nulls(table: EngineTable, name: str) -> int:
    return whole(table.ask(nw.col(name).null_count().alias("nulls"))["nulls"])

"""The figures of columns of dates, times and truths, worked out by an engine.

Engines have no common way to turn a time into a number, so it is reckoned from the parts of the
calendar: days since 1970 by Howard Hinnant's `days_from_civil` (2013).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import msgspec
import narwhals as nw

from modelyard.datasets.engines.bins import Ends, ends_of, histogram_of
from modelyard.datasets.engines.table import EngineTable, count_of, whole
from modelyard.datasets.figures import BooleanColumn, DateColumn

DAY_US = 86_400_000_000
EPOCH = date(1970, 1, 1)


def boolean_profile(table: EngineTable, name: str) -> BooleanColumn:
    """Have an engine count a column of true and false."""
    column = nw.col(name)
    found = table.ask(
        column.null_count().alias("nulls"), count_of(column, "true"), count_of(~column, "false")
    )
    true, false = whole(found["true"]), whole(found["false"])
    return BooleanColumn(
        name=name,
        type="Boolean",
        nulls=whole(found["nulls"]),
        distinct=int(true > 0) + int(false > 0),
        true=true,
        false=false,
        true_share=true / (true + false) if true + false else None,
    )


def date_profile(table: EngineTable, name: str, dtype: nw.dtypes.DType, rows: int) -> DateColumn:
    """Have an engine compute the figures of a column of dates or times."""
    column = nw.col(name)
    nulls = whole(table.ask(column.null_count().alias("nulls"))["nulls"])
    different = table.distinct(column)
    figures = DateColumn(name=name, type=str(dtype), nulls=nulls, distinct=different)
    known = rows - nulls
    if not known:
        return figures
    is_day = dtype == nw.Date
    table = table.of(_days(column) if is_day else _microseconds(column))
    values = nw.col("value")
    middle = values.cast(nw.Float64).quantile(((known - 1) // 2) / max(1, known - 1), "linear")
    ends = values.min().alias("min"), values.max().alias("max")
    first = table.ask(*ends, *ends_of(values, known), middle.alias("median"))
    low, median, high = (float(first[key]) for key in ("min", "median", "max"))  # type: ignore[arg-type]
    zone = getattr(dtype, "time_zone", None)
    texts = _texts((low, median, high), is_day, zone)
    counted = histogram_of(table, values, Ends.of(first), known, is_whole=True)
    if counted is not None:
        edges = _texts((float(edge) for edge in counted.edges), is_day, zone)
        counted = msgspec.structs.replace(counted, edges=edges)
    return msgspec.structs.replace(
        figures, min=texts[0], median=texts[1], max=texts[2], histogram=counted
    )


def _days(column: nw.Expr) -> nw.Expr:
    year, month = (part.cast(nw.Int64) for part in (column.dt.year(), column.dt.month()))
    early = nw.when(month <= 2).then(nw.lit(1)).otherwise(nw.lit(0))
    year = year - early
    months = month + 12 * early - 3
    leaps = year // 4 - year // 100 + year // 400
    return 365 * year + leaps + (153 * months + 2) // 5 + column.dt.day().cast(nw.Int64) - 719_469


def _microseconds(column: nw.Expr) -> nw.Expr:
    clock = column.dt
    seconds = clock.hour().cast(nw.Int64) * 3600 + clock.minute().cast(nw.Int64) * 60
    seconds = seconds + clock.second().cast(nw.Int64)
    below = (clock.microsecond().cast(nw.Int64) + 1_000_000) % 1_000_000  # Spark's, before 1970
    return _days(column) * DAY_US + seconds * 1_000_000 + below


def _texts(values: Iterable[float], is_day: bool, zone: str | None) -> tuple[str, ...]:
    """Write days or microseconds since 1970 as ISO 8601."""
    if is_day:
        return tuple((EPOCH + timedelta(days=round(value))).isoformat() for value in values)
    start = datetime(1970, 1, 1, tzinfo=UTC)
    moments = (start + timedelta(microseconds=round(value)) for value in values)
    return tuple((one if zone else one.replace(tzinfo=None)).isoformat() for one in moments)

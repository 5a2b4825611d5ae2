"""Reading a recorded trace: CSV or Parquet, rows of equal length, in the order of time."""

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Literal

from modelyard.errors import Invalid, NotFound
from modelyard.scale.trace import Trace, spread

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars

Meaning = Literal["per-row", "per-second", "per-minute"]
Gaps = Literal["refuse", "zero", "hold"]
TIMES = ("timestamp", "time", "date", "datetime", "at", "minute", "second", "ds")
COUNTS: dict[str, Meaning] = {
    "requests_per_second": "per-second",
    "rps": "per-second",
    "requests_per_minute": "per-minute",
    "rpm": "per-minute",
    "requests": "per-row",
    "count": "per-row",
    "value": "per-row",
}
MOST_ROWS = 6_000_000
LONGEST_ROW_S = 7 * 86_400


@dataclass(frozen=True)
class Reading:
    """How a file is to be understood."""

    column: str = ""
    """The column of the numbers; empty for the one whose name tells, or the only one."""
    meaning: Meaning | None = None
    """None: as the column's name tells, else requests per row."""
    gaps: Gaps = "refuse"
    """What is taken for rows that are missing."""
    times: float = 1.0
    """By what all is multiplied."""
    most_days: float | None = None
    """Of a longer trace the busiest so many days are taken; None takes all."""


def read_trace(path: "Path", reading: Reading | None = None) -> Trace:
    """Read a trace. Raises NotFound, and Invalid naming the file and row of the first fault."""
    reading = reading or Reading()
    table = _table(path)
    if not table.height:
        raise Invalid(path.name, "has no rows.")
    if table.height > MOST_ROWS:
        raise Invalid(path.name, f"has more than {MOST_ROWS:,} rows.", "Add some up to one.")
    times = next((name for name in table.columns if name.lower() in TIMES), None)
    column = _column(path.name, table, reading.column, times)
    counts = _numbers(path.name, table[column])
    row_s, meaning = 1, reading.meaning or COUNTS.get(column.lower(), "per-row")
    if times is None:
        row_s = 60 if meaning == "per-minute" else 1
    elif len(counts) > 1:
        moments = _seconds(path.name, table[times])
        row_s, counts = _regular(path.name, moments, counts, reading.gaps)
    if not 0 <= reading.times <= 1e9:
        raise Invalid("times", f"{reading.times:g} is no factor for a load.")
    if reading.most_days is not None:
        counts = _busiest(counts, max(round(reading.most_days * 86_400 / row_s), 1))
    share = {"per-row": row_s, "per-second": 1, "per-minute": 60}[meaning]
    return spread([one * reading.times / share for one in counts], row_s, path.stem, path.name)


def _table(path: "Path") -> "polars.DataFrame":
    import polars as pl

    if not path.is_file():
        raise NotFound(str(path), "there is no such file.")
    try:
        with path.open("rb") as opened:
            is_parquet = opened.read(4) == b"PAR1"
        if is_parquet:
            return pl.read_parquet(path, n_rows=MOST_ROWS + 1)
        return pl.read_csv(path, n_rows=MOST_ROWS + 1, infer_schema_length=10_000)
    except pl.exceptions.NoDataError:
        raise Invalid(path.name, "is empty.") from None
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as fault:
        said = str(fault).splitlines()[0][:200]
        raise Invalid(path.name, f"is neither CSV nor Parquet: {said}.") from None


def _column(where: str, table: "polars.DataFrame", wanted: str, times: str | None) -> str:
    if wanted:
        if wanted not in table.columns:
            raise Invalid(where, f"has no column '{wanted}'.", "It has: " + _some(table.columns))
        return wanted
    by_name = [name for name in table.columns if name.lower() in COUNTS]
    numbers = [name for name in table.columns if name != times and table.schema[name].is_numeric()]
    found = by_name or numbers
    if len(found) != 1:
        raise Invalid(
            where,
            "does not tell which column counts requests: " + _some(table.columns) + ".",
            "Name it with --column.",
        )
    return found[0]


def _busiest(counts: list[float], rows: int) -> list[float]:
    """Give the rows in a row that have the most."""
    if len(counts) <= rows:
        return counts
    sums = list(accumulate(counts, initial=0.0))
    begin = max(range(len(counts) - rows + 1), key=lambda at: sums[at + rows] - sums[at])
    return counts[begin : begin + rows]


def _some(names: "Sequence[str]") -> str:
    return ", ".join(names[:8])


def _numbers(where: str, column: "polars.Series") -> list[float]:
    import polars as pl

    read = column.cast(pl.Float64, strict=False)
    empty = read.is_null() | read.is_nan()
    if empty.any():
        row = int(empty.arg_max() or 0)
        raise Invalid(f"{where}, row {row + 1}, {column.name}", f"{column[row]!r} is no number.")
    return read.to_list()


def _seconds(where: str, column: "polars.Series") -> list[int]:
    """Give moments as whole seconds since any beginning."""
    import polars as pl

    if column.dtype == pl.String:
        read = column.cast(pl.Float64, strict=False)
        moments = _moments(column)
        read = moments if moments.null_count() < read.null_count() else read
    else:
        read = column
    if read.null_count():
        row = int(read.is_null().arg_max() or 0)
        raise Invalid(f"{where}, row {row + 1}, {column.name}", f"{column[row]!r} is no time.")
    if read.dtype.is_temporal():
        return (read.cast(pl.Datetime("ms")).to_physical() // 1000).to_list()
    return read.cast(pl.Float64).round().cast(pl.Int64).to_list()


def _moments(column: "polars.Series") -> "polars.Series":
    """Read dates and times as ISO 8601 writes them, with or without a zone; null for others."""
    import polars as pl

    plain = column.str.replace(r"(Z|[+-]\d\d:?\d\d)$", "").str.replace("T", " ")
    padded = pl.when(plain.str.len_chars() == 10).then(plain + " 00:00:00").otherwise(plain)
    texts = pl.select(padded.alias("at"))["at"]
    return texts.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="ms")


def _regular(
    where: str, moments: list[int], counts: list[float], gaps: Gaps
) -> tuple[int, list[float]]:
    """Give the seconds of a row, and the counts without gaps."""
    steps = [later - sooner for sooner, later in pairwise(moments)]
    for number, step in enumerate(steps, start=2):
        if step <= 0:
            said = "is the time of the row before" if step == 0 else "lies before the row before"
            raise Invalid(f"{where}, row {number}", f"{said}.", "Rows must rise in time.")
    row_s = sorted(steps)[len(steps) // 2]
    if row_s > LONGEST_ROW_S:
        raise Invalid(where, f"has rows of {row_s:,} seconds: too coarse to play.")
    whole: list[float] = [counts[0]]
    for number, (step, count) in enumerate(zip(steps, counts[1:], strict=True), start=2):
        missing = round(step / row_s) - 1
        if missing > 0 and gaps == "refuse":
            raise Invalid(
                f"{where}, row {number}",
                f"{missing:,} rows of {row_s} s are missing before it.",
                "--gaps zero plays them as no load, --gaps hold as the load before.",
            )
        if len(whole) + missing > MOST_ROWS:
            raise Invalid(f"{where}, row {number}", "the gap before it is too long to be filled.")
        whole.extend([whole[-1] if gaps == "hold" else 0.0] * max(missing, 0))
        whole.append(count)
    return row_s, whole

"""Statistics of every column of a table, exact, in bounded memory.

Columns are read in groups that fit in memory together; while one group is decoded, columns of the
one before are sorted.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import polars as pl
import polars.selectors as cs

from modelyard.datasets.columns import column_figures
from modelyard.datasets.faults import collect
from modelyard.datasets.figures import Column, TableStatistics
from modelyard.progress import Progress, silent

GROUP_BYTES = 96 * 1024 * 1024
TEXT_BYTES = 64
"""A guess at a text's size, to choose how many columns are read together."""
LANES = 2
MOST_ROWS_AT_ONCE = 32_000_000
"""Above this one column is in memory at a time: two would take too much."""
METHOD = "Every value was read; all figures are exact but for the rounding of 64-bit floats."


def table_statistics(
    where: str,
    frame: pl.LazyFrame,
    row_count: int,
    progress: Progress = silent,
    group_bytes: int = GROUP_BYTES,
) -> TableStatistics:
    """Compute the figures of all columns of `frame`, which has `row_count` rows.

    Columns of about `group_bytes` are read together.

    Raises Invalid, naming `where`, when the table cannot be read.
    """
    started = time.perf_counter()
    groups = group_columns(frame.collect_schema(), row_count, group_bytes)
    lanes = LANES if row_count <= MOST_ROWS_AT_ONCE else 1
    columns = columns_of(where, frame, groups, column_figures, progress, lanes)
    return summed_up(columns, row_count, METHOD, started)


def columns_of(  # noqa: PLR0913, PLR0917 (what is read, and how)
    where: str,
    frame: pl.LazyFrame,
    groups: Iterable[list[str]],
    figures: Callable[[pl.Series], Column],
    progress: Progress,
    lanes: int = LANES,
) -> tuple[Column, ...]:
    """Read groups of columns one after the other, and work out their figures in `lanes` threads.

    Raises Invalid, naming `where`, when the table cannot be read.
    """
    names = frame.collect_schema().names()
    done: dict[str, Column] = {}

    def compute(series: pl.Series) -> None:
        done[series.name] = figures(series)
        progress(len(done) / len(names), f"column {len(done)} of {len(names)}")

    with ThreadPoolExecutor(lanes) as pool:
        pending: set[Future[None]] = set()
        for group in groups:
            while len(pending) >= lanes:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                _raise_first(finished)
            table = collect(where, frame.select(cs.by_name(*group)))
            pending |= {pool.submit(compute, series) for series in table.iter_columns()}
            del table
        _raise_first(wait(pending).done)
    return tuple(done[name] for name in names)


def summed_up(
    columns: tuple[Column, ...], row_count: int, method: str, started: float, exact: bool = True
) -> TableStatistics:
    """Put the columns' figures together; `started` is when the work began, by the clock."""
    return TableStatistics(
        rows=row_count,
        exact=exact,
        method=method,
        seconds=round(time.perf_counter() - started, 4),
        engine=f"Polars {pl.__version__}",
        columns=columns,
    )


def group_columns(
    schema: pl.Schema, row_count: int, group_bytes: int = GROUP_BYTES
) -> Iterator[list[str]]:
    """Split the columns into groups that fit in memory together."""
    group: list[str] = []
    taken = 0
    for name, dtype in schema.items():
        size = row_count * (TEXT_BYTES if dtype == pl.String else 8)
        if group and taken + size > group_bytes:
            yield group
            group, taken = [], 0
        group.append(name)
        taken += size
    if group:
        yield group


def _raise_first(finished: set[Future[None]]) -> None:
    for future in finished:
        future.result()

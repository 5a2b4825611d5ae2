"""What a reader of the report should know about the plan, in plain words."""

from collections.abc import Iterator

from modelyard.datasets.benchmark.plan import ColumnPlan, FilterPlan, GroupPlan
from modelyard.datasets.benchmark.request import BenchmarkInput

NAMES_SHOWN = 10


def plan_notes(
    files: BenchmarkInput,
    columns: tuple[ColumnPlan, ...],
    group: GroupPlan | None,
    chosen: FilterPlan | None,
) -> tuple[str, ...]:
    """Return one sentence each for what is left out or done in a special way."""
    return (
        *_format_notes(files),
        *_column_notes(columns),
        *_task_notes(columns, group, chosen),
    )


def _format_notes(files: BenchmarkInput) -> Iterator[str]:
    if files.format == "csv":
        yield (
            "Csv in each library's fast way: Polars is given the column types, found beforehand "
            "over all rows; pandas finds them as it reads. Dates stay text on both sides."
        )
    if files.format == "arrow":
        yield (
            "Polars maps an Arrow file into memory and reads it only when it is used, so part of "
            "its reading falls into the later tasks."
        )


def _column_notes(columns: tuple[ColumnPlan, ...]) -> Iterator[str]:
    nested = [column.name for column in columns if column.kind == "nested"]
    if nested:
        yield f"Lists and structs are left out of the statistics: {_listed(nested)}."
    other = [column.name for column in columns if column.kind == "other"]
    if other:
        yield f"Counted only (values, nulls, distinct), not averaged: {_listed(other)}."
    single = [column.name for column in columns if column.single_precision]
    if single:
        yield f"Stored as 32-bit floats and so compared to a relative 1e-5: {_listed(single)}."


def _listed(names: list[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _task_notes(
    columns: tuple[ColumnPlan, ...], group: GroupPlan | None, chosen: FilterPlan | None
) -> Iterator[str]:
    if all(column.kind == "nested" for column in columns):
        yield "Statistics left out: the table has only nested columns."
    if group is None:
        yield (
            "Group left out: no text, boolean or integer column has between 2 and 1,000 "
            "distinct, short values."
        )
    if chosen is None:
        yield "Filter and sort left out: there is no number column with a value in it."
    elif chosen.sum_as_float:
        yield (
            f"The sum of {chosen.column} can leave the range of 64-bit integers, so both sides "
            "add its values as floats."
        )

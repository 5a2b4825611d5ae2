"""The plan both sides follow: which column serves which task. Made once, before the timing."""

from typing import Literal

import msgspec

TaskName = Literal["read", "statistics", "group", "filter", "sort"]
ColumnKind = Literal["number", "text", "boolean", "time", "other", "nested"]

EDGE_ROWS = 1_000
"""How many keys from each end of the sorted table are compared."""


class ColumnPlan(msgspec.Struct, frozen=True):
    """One column as the plan found it.

    `dtype` is Polars' name of the type. `magnitude` is the largest absolute finite value of a
    number column, else 0: the measure of its rounding. `single_precision` marks 32-bit floats.
    """

    name: str
    kind: ColumnKind
    dtype: str
    integer: bool = False
    single_precision: bool = False
    magnitude: float = 0.0


class GroupPlan(msgspec.Struct, frozen=True):
    """Group by `key`; per group the row count and the means of the columns `means`."""

    key: str
    means: tuple[str, ...]


class FilterPlan(msgspec.Struct, frozen=True):
    """Keep the values of `column` above its median.

    `sum_as_float` is set where the sum could leave the range of 64-bit integers.
    """

    column: str
    sum_as_float: bool


class Plan(msgspec.Struct, frozen=True):
    """What both sides do; a task whose part is None does not apply to this table."""

    rows: int
    columns: tuple[ColumnPlan, ...]
    group: GroupPlan | None
    filter: FilterPlan | None
    sort: str | None
    notes: tuple[str, ...]

    def measured(self) -> tuple[ColumnPlan, ...]:
        """Return the columns that statistics are made of: all but the nested ones."""
        return tuple(column for column in self.columns if column.kind != "nested")

    def tasks(self) -> tuple[TaskName, ...]:
        """Return the tasks that apply, in the order they are done."""
        applies: dict[TaskName, bool] = {
            "read": True,
            "statistics": bool(self.measured()),
            "group": self.group is not None,
            "filter": self.filter is not None,
            "sort": self.sort is not None,
        }
        return tuple(task for task, does_apply in applies.items() if does_apply)

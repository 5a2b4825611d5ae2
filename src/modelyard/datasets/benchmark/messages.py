"""What the parent asks a side, and what the side answers: one JSON line each."""

from typing import Literal

import msgspec

from modelyard.datasets.benchmark.figures import Figure
from modelyard.datasets.benchmark.plan import Plan, TaskName
from modelyard.datasets.benchmark.request import BenchmarkInput


class MakePlan(msgspec.Struct, frozen=True, tag=True):
    """Read the table and choose the columns; only the Polars side is asked this."""

    files: BenchmarkInput


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Get ready for the tasks of this plan."""

    files: BenchmarkInput
    plan: Plan


class Perform(msgspec.Struct, frozen=True, tag=True):
    """Do one task once."""

    task: TaskName


Question = MakePlan | Prepare | Perform


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The library is imported. `peak_bytes` is the peak memory at this moment, if known."""

    import_s: float
    peak_bytes: int | None
    versions: dict[str, str]


class Planned(msgspec.Struct, frozen=True, tag=True):
    """The plan is made."""

    plan: Plan


class Prepared(msgspec.Struct, frozen=True, tag=True):
    """The side knows the plan."""


class Performed(msgspec.Struct, frozen=True, tag=True):
    """A task is done. `peak_bytes` is the peak memory of the process so far, if known."""

    elapsed_s: float
    figures: list[Figure]
    peak_bytes: int | None
    notes: tuple[str, ...] = ()


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The side could not do as asked: out of memory, a table it cannot use, or another error.

    `where` is the place of the fault in a table's case: the dataset.
    """

    kind: Literal["memory", "table", "error"]
    message: str
    where: str = "benchmark"


Answer = Ready | Planned | Prepared | Performed | Failed

"""Run a benchmark: plan once, then let both sides take turns, task by task."""

import importlib.util
from collections.abc import Iterator
from contextlib import ExitStack

from modelyard.datasets.benchmark.messages import (
    MakePlan,
    Perform,
    Performed,
    Planned,
    Prepare,
    Prepared,
    Ready,
)
from modelyard.datasets.benchmark.plan import Plan, TaskName
from modelyard.datasets.benchmark.report import BenchmarkReport
from modelyard.datasets.benchmark.request import BenchmarkInput, total_bytes
from modelyard.datasets.benchmark.side_process import SideName, SideProcess, start_side
from modelyard.datasets.benchmark.summary import SideRecord, summarise
from modelyard.datasets.benchmark.time_limit import TimeLimit, time_limit
from modelyard.errors import Invalid, Unavailable
from modelyard.progress import Progress, silent

MAX_REPEATS = 20
TIME_LIMIT_S = 300.0
SIDES: tuple[SideName, SideName] = ("polars", "pandas")


def run_benchmark(
    files: BenchmarkInput,
    *,
    repeats: int = 3,
    progress: Progress = silent,
    time_limit_s: float = TIME_LIMIT_S,
) -> BenchmarkReport:
    """Time pandas against Polars on this table and check that both find the same.

    Each side works in a child process of its own; an error raised by `progress` stops both.
    Raises Invalid when the table cannot be measured or `repeats` is not 1 to 20, NotFound when
    a file is missing, Unavailable when pandas or pyarrow is not installed, a side crashes or
    runs out of memory, or `time_limit_s` seconds pass.
    """
    size_bytes = total_bytes(files)
    if not 1 <= repeats <= MAX_REPEATS:
        raise Invalid("benchmark", f"{repeats} repeats are not between 1 and {MAX_REPEATS}.")
    _require_installed("pandas")
    _require_installed("pyarrow")
    with time_limit(time_limit_s) as limit:
        progress(0.0, "polars: plan")
        plan = _make_plan(files, limit)
        records = _measure(files, plan, repeats, progress, limit)
    progress(1.0, "done")
    return summarise(files.name, plan, size_bytes, records)


def _require_installed(library: str) -> None:
    if importlib.util.find_spec(library) is None:
        cure = "Install it with: pip install 'modelyard[benchmark]'"
        raise Unavailable("benchmark", f"{library} is not installed", cure)


def _make_plan(files: BenchmarkInput, limit: TimeLimit) -> Plan:
    """Let a child of its own plan, so that planning warms up neither side and costs it nothing."""
    with start_side("polars", limit) as side:
        side.hear(Ready, "its start")
        return side.ask(MakePlan(files), Planned, "the plan").plan


def _measure(
    files: BenchmarkInput, plan: Plan, repeats: int, progress: Progress, limit: TimeLimit
) -> dict[SideName, SideRecord]:
    with ExitStack() as stack:
        sides: dict[SideName, SideProcess] = {}
        records: dict[SideName, SideRecord] = {}
        for name in SIDES:  # one after the other, so that neither slows the other's import
            sides[name] = stack.enter_context(start_side(name, limit))
            records[name] = SideRecord(ready=sides[name].hear(Ready, "its start"))
        for side in sides.values():
            side.ask(Prepare(files, plan), Prepared, "its start")
        turns = list(_turns(plan, repeats))
        for done, (name, task, repeat) in enumerate(turns):
            progress(done / len(turns), f"{name}: {task}, {repeat} of {repeats}")
            performed = sides[name].ask(Perform(task), Performed, f"the task {task}")
            records[name].performed.setdefault(task, []).append(performed)
    return records


def _turns(plan: Plan, repeats: int) -> Iterator[tuple[SideName, TaskName, int]]:
    """Yield whose turn it is: both sides at each task, the first one changing every repeat."""
    order = SIDES
    for repeat in range(1, repeats + 1):
        for task in plan.tasks():
            for name in order:
                yield name, task, repeat
        order = (order[1], order[0])

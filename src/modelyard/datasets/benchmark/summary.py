"""Turn what both sides did into the report."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modelyard.datasets.benchmark.comparison import find_difference
from modelyard.datasets.benchmark.messages import Performed, Ready
from modelyard.datasets.benchmark.plan import Plan, TaskName
from modelyard.datasets.benchmark.report import (
    BenchmarkReport,
    SideCost,
    SideTimes,
    TaskReport,
    Versions,
)
from modelyard.datasets.benchmark.side_process import SideName
from modelyard.datasets.benchmark.task_words import TITLES, what_is_done


@dataclass(frozen=True)
class SideRecord:
    """All that one side reported: its start and, per task, every repeat."""

    ready: Ready
    performed: dict[TaskName, list[Performed]] = field(default_factory=dict)


def summarise(
    dataset: str, plan: Plan, size_bytes: int, records: Mapping[SideName, SideRecord]
) -> BenchmarkReport:
    """Build the report of a finished benchmark."""
    polars, pandas = records["polars"], records["pandas"]
    tasks = tuple(_task_report(task, plan, polars, pandas) for task in plan.tasks())
    cost_of_polars = _cost(polars, [task.polars for task in tasks])
    cost_of_pandas = _cost(pandas, [task.pandas for task in tasks])
    versions = polars.ready.versions | pandas.ready.versions
    return BenchmarkReport(
        dataset=dataset,
        rows=plan.rows,
        columns=len(plan.columns),
        bytes=size_bytes,
        cores=_usable_cores(),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}".strip(),
        versions=Versions(versions["polars"], versions["pandas"], versions["pyarrow"]),
        repeats=len(polars.performed["read"]),
        tasks=tasks,
        polars=cost_of_polars,
        pandas=cost_of_pandas,
        total_ratio=_ratio(cost_of_pandas.total_s, cost_of_polars.total_s),
        memory_ratio=_ratio(cost_of_pandas.peak_memory_bytes, cost_of_polars.peak_memory_bytes),
        notes=(*plan.notes, *_notes_of(pandas), *_notes_of(polars)),
    )


def _task_report(task: TaskName, plan: Plan, polars: SideRecord, pandas: SideRecord) -> TaskReport:
    of_polars, of_pandas = polars.performed[task], pandas.performed[task]
    polars_times, pandas_times = _times(of_polars), _times(of_pandas)
    difference = find_difference(of_polars[-1].figures, of_pandas[-1].figures, plan)
    return TaskReport(
        name=task,
        title=TITLES[task],
        what=what_is_done(task, plan),
        polars=polars_times,
        pandas=pandas_times,
        ratio=_ratio(pandas_times.median_s, polars_times.median_s),
        equal=difference is None,
        difference=difference,
    )


def _times(performed: Sequence[Performed]) -> SideTimes:
    times_s = tuple(one.elapsed_s for one in performed)
    return SideTimes(times_s, statistics.median(times_s), min(times_s))


def _cost(record: SideRecord, times: Sequence[SideTimes]) -> SideCost:
    peaks = [one.peak_bytes for done in record.performed.values() for one in done]
    known = [peak for peak in peaks if peak is not None]
    start = record.ready.peak_bytes
    peak = max(known) - start if known and start is not None else None
    return SideCost(record.ready.import_s, sum(one.median_s for one in times), peak)


def _ratio(pandas: float | None, polars: float | None) -> float | None:
    return pandas / polars if pandas is not None and polars else None


def _notes_of(record: SideRecord) -> tuple[str, ...]:
    return record.performed["read"][-1].notes


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

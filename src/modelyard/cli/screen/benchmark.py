"""pandas against Polars, side by side."""

from typing import TYPE_CHECKING

from modelyard.cli.screen.console import say
from modelyard.cli.screen.numbers import (
    NOTHING,
    bytes_text,
    plural,
    ratio_text,
    seconds_text,
)
from modelyard.cli.screen.table import Column, show_table

if TYPE_CHECKING:
    from rich.console import Console

    from modelyard.datasets.benchmark import BenchmarkReport


def show_benchmark(console: "Console", title: str, report: "BenchmarkReport") -> None:
    """Write the times of every task, the sums, the memory, and what was compared."""
    size = f"{plural(report.rows, 'row')} × {plural(report.columns, 'column')}"
    say(console, f"{title}: {size}, {bytes_text(report.bytes)}", "bold")
    say(console, _circumstances(report), "dim")
    say(console, "")
    show_table(console, task_columns(report))
    say(console, "")
    show_table(console, cost_columns(report))
    say(console, "")
    for task in report.tasks:
        if not task.equal:
            say(console, f"{task.title}: the results differ: {task.difference}", "red")
    for note in report.notes:
        say(console, note, "yellow")


def task_columns(report: "BenchmarkReport") -> list[Column]:
    """Lay out the tasks."""
    tasks = report.tasks
    return [
        Column("task", tuple(task.title for task in tasks), style="cyan", most=32),
        _numbers("Polars", [seconds_text(task.polars.median_s) for task in tasks]),
        _numbers("pandas", [seconds_text(task.pandas.median_s) for task in tasks]),
        _numbers("pandas / Polars", [ratio_text(task.ratio) for task in tasks]),
        Column("results", tuple("equal" if task.equal else "differ" for task in tasks)),
        Column(
            "what was done",
            tuple(task.what for task in tasks),
            rank=1,
            most=100,
            least=40,
            wraps=True,
        ),
    ]


def cost_columns(report: "BenchmarkReport") -> list[Column]:
    """Lay out what each side took overall."""
    sides = (report.polars, report.pandas)
    peaks = [side.peak_memory_bytes for side in sides]
    memory = [NOTHING if peak is None else bytes_text(peak) for peak in peaks]
    return [
        Column("in all", ("Polars", "pandas", "pandas / Polars"), style="cyan"),
        _numbers("time", [*_seconds(report), ratio_text(report.total_ratio)]),
        _numbers("peak memory", [*memory, ratio_text(report.memory_ratio)]),
        _numbers("import", [*(seconds_text(side.import_s) for side in sides), ""], rank=1),
    ]


def _seconds(report: "BenchmarkReport") -> list[str]:
    return [seconds_text(side.total_s) for side in (report.polars, report.pandas)]


def _numbers(heading: str, cells: list[str], rank: int = 0) -> Column:
    return Column(heading, tuple(cells), is_number=True, rank=rank)


def _circumstances(report: "BenchmarkReport") -> str:
    versions = report.versions
    return (
        f"Polars {versions.polars}, pandas {versions.pandas}, pyarrow {versions.pyarrow}, "
        f"Python {report.python}, {plural(report.cores, 'core')}, {report.system}; "
        f"medians of {plural(report.repeats, 'repeat')}."
    )

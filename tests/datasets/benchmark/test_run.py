"""A whole benchmark: both child processes at work."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from modelyard.datasets.benchmark import BenchmarkInput, BenchmarkReport, run_benchmark
from modelyard.errors import Invalid, NotFound, Unavailable

pandas_needed = pytest.mark.usefixtures("with_pandas")


def differences(report: BenchmarkReport) -> dict[str, str | None]:
    return {task.name: task.difference for task in report.tasks}


@pandas_needed
def test_both_sides_find_the_same_on_nulls_text_booleans_dates_and_integers(
    mixed_parquet: str,
) -> None:
    loaded_before = set(sys.modules)
    told: list[tuple[float, str]] = []
    report = run_benchmark(
        BenchmarkInput("mixed", "parquet", (mixed_parquet,)),
        repeats=2,
        progress=lambda done, label: told.append((done, label)),
    )
    names = ["read", "statistics", "group", "filter", "sort"]
    assert differences(report) == dict.fromkeys(names)
    assert all(task.equal and len(task.polars.times_s) == 2 for task in report.tasks)
    assert (report.rows, report.columns, report.repeats) == (3_000, 10, 2)
    assert report.total_ratio and report.memory_ratio and report.pandas.import_s > 0
    assert any("tags" in note for note in report.notes)
    assert msgspec.json.decode(msgspec.json.encode(report), type=BenchmarkReport) == report
    assert told[-1] == (1.0, "done")
    labels = [label for _, label in told]
    assert labels[:4] == [
        "polars: plan",
        "polars: read, 1 of 2",
        "pandas: read, 1 of 2",
        "polars: statistics, 1 of 2",
    ]
    assert labels[11:13] == ["pandas: read, 2 of 2", "polars: read, 2 of 2"]
    assert [done for done, _ in told] == sorted(done for done, _ in told)

    newly_loaded = set(sys.modules) - loaded_before
    assert not {"pandas", "pyarrow"} & newly_loaded, "loaded by the caller's process"


def test_the_package_alone_loads_no_heavy_library() -> None:
    code = (
        "import sys, modelyard.datasets.benchmark;"
        "print(sorted({'pandas', 'pyarrow', 'polars', 'numpy'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True
    )
    assert ended.stdout.strip() == "[]"


@pandas_needed
def test_the_sec_filings_are_equal(shared_data: Path) -> None:
    path = shared_data / "sec" / "sec_filings_2025.parquet"
    report = run_benchmark(BenchmarkInput("sec", "parquet", (str(path),)), repeats=1)
    assert set(differences(report).values()) == {None}
    assert (report.rows, report.columns, len(report.tasks)) == (271_974, 6, 5)


def test_a_missing_file_and_odd_repeats_are_refused(mixed_parquet: str) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        run_benchmark(BenchmarkInput("gone", "parquet", ("/nowhere/gone.parquet",)))
    with pytest.raises(Invalid, match="no file"):
        run_benchmark(BenchmarkInput("none", "parquet", ()))
    with pytest.raises(Invalid, match="0 repeats"):
        run_benchmark(BenchmarkInput("mixed", "parquet", (mixed_parquet,)), repeats=0)


def test_missing_pandas_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, mixed_parquet: str
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(Unavailable) as caught:
        run_benchmark(BenchmarkInput("mixed", "parquet", (mixed_parquet,)))
    assert str(caught.value) == (
        "benchmark: pandas is not installed Install it with: pip install 'modelyard[benchmark]'"
    )

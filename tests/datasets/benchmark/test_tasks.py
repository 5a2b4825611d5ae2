"""Both sides on tables of many kinds: the same two children are given one after the other."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from modelyard.datasets.benchmark.comparison import find_difference
from modelyard.datasets.benchmark.messages import (
    MakePlan,
    Perform,
    Performed,
    Planned,
    Prepare,
    Prepared,
    Ready,
)
from modelyard.datasets.benchmark.plan import Plan
from modelyard.datasets.benchmark.polars_reading import read_table
from modelyard.datasets.benchmark.request import BenchmarkInput
from modelyard.datasets.benchmark.side_process import start_side
from modelyard.datasets.benchmark.time_limit import time_limit
from modelyard.errors import Invalid


@dataclass(frozen=True)
class Found:
    plan: Plan
    differences: dict[str, str | None]
    notes: tuple[str, ...]


Compare = Callable[[BenchmarkInput], Found]


@pytest.fixture(scope="module")
def compare(with_pandas: None) -> Iterator[Compare]:
    with (
        time_limit(120) as limit,
        start_side("polars", limit) as polars,
        start_side("pandas", limit) as pandas,
    ):
        for side in (polars, pandas):
            side.hear(Ready, "its start")

        def compare_once(files: BenchmarkInput) -> Found:
            plan = polars.ask(MakePlan(files), Planned, "the plan").plan
            for side in (polars, pandas):
                side.ask(Prepare(files, plan), Prepared, "its start")
            differences: dict[str, str | None] = {}
            for task in plan.tasks():
                one = polars.ask(Perform(task), Performed, task)
                other = pandas.ask(Perform(task), Performed, task)
                differences[task] = find_difference(one.figures, other.figures, plan)
            return Found(plan, differences, other.notes)

        yield compare_once


@pytest.mark.parametrize("encoding", ["utf8", "latin-1", "utf8-lossy"])
def test_csv_with_na_for_null_is_equal(compare: Compare, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "birds.csv"
    path.write_text(
        "species;mass;sex;seen;ratio\n"
        + 'Adélie;3750;male;true;0.5\nGentoo;NA;NA;false;NaN\nGentoo;4000;"";NA;1.5\n' * 40,
        encoding="latin-1" if encoding == "latin-1" else "utf-8",
    )
    found = compare(BenchmarkInput("birds", "csv", (str(path),), ";", encoding, ("NA",)))
    assert set(found.differences.values()) == {None}
    assert found.plan.rows == 120


def test_csv_whose_whole_numbers_turn_into_fractions_late_is_equal(
    compare: Compare, tmp_path: Path
) -> None:
    path = tmp_path / "late.csv"
    path.write_text("n,word\n" + "12345,abcdefgh\n" * 100_000 + "1.5,007\n")
    found = compare(BenchmarkInput("late", "csv", (str(path),)))
    assert set(found.differences.values()) == {None}


@pytest.mark.parametrize("kind", ["ndjson", "json", "arrow"])
def test_parts_in_other_formats_are_one_table(
    compare: Compare, tmp_path: Path, mixed_table: pl.DataFrame, kind: str
) -> None:
    table = mixed_table.select("weight", "stars", "kind", "good")
    paths = []
    for part in range(2):
        path = tmp_path / f"part{part}.{kind}"
        rows = table.slice(part * 1_500, 1_500)
        if kind == "ndjson":
            rows.write_ndjson(path)
        elif kind == "json":
            rows.write_json(path)
        else:
            rows.write_ipc(path)
        paths.append(str(path))
    found = compare(BenchmarkInput("parts", kind, tuple(paths)))
    assert set(found.differences.values()) == {None}
    assert found.plan.rows == 3_000


def test_large_integers_are_added_without_overflow(compare: Compare, tmp_path: Path) -> None:
    path = tmp_path / "large.parquet"
    pl.DataFrame({"id": [9 * 10**18 - n for n in range(50)]}).write_parquet(path)
    found = compare(BenchmarkInput("large", "parquet", (str(path),)))
    assert set(found.differences.values()) == {None}
    assert any("64-bit" in note for note in found.plan.notes)


def test_integers_that_pandas_cannot_hold_beside_nulls_are_shown_as_a_difference(
    compare: Compare,
    tmp_path: Path,
) -> None:
    path = tmp_path / "gaps.parquet"
    pl.DataFrame({"id": [2**53 + 1, None, 2**53 + 3]}).write_parquet(path)
    told = compare(BenchmarkInput("gaps", "parquet", (str(path),)))
    assert (
        told.differences["statistics"]
        == "id, min: Polars 9007199254740993, pandas 9007199254740992.0"
    )


def test_a_table_of_lists_only_is_just_read(compare: Compare, tmp_path: Path) -> None:
    path = tmp_path / "lists.parquet"
    pl.DataFrame({"tags": [[1], [2, 3]]}).write_parquet(path)
    found = compare(BenchmarkInput("lists", "parquet", (str(path),)))
    assert list(found.differences) == ["read"]
    assert len(found.plan.notes) == 4


def test_cells_of_almost_a_megabyte_are_measured(compare: Compare, shared_data: Path) -> None:
    path = shared_data / "sec" / "tenk_text_423.parquet"
    found = compare(BenchmarkInput("tenk", "parquet", (str(path),)))
    assert set(found.differences.values()) == {None}
    assert found.plan.rows == 423


def test_a_table_without_rows_is_invalid(compare: Compare, tmp_path: Path) -> None:
    path = tmp_path / "empty.parquet"
    pl.DataFrame({"a": []}).write_parquet(path)
    with pytest.raises(Invalid, match="empty: the table has no rows"):
        compare(BenchmarkInput("empty", "parquet", (str(path),)))


def test_a_file_of_another_format_is_invalid(compare: Compare, tmp_path: Path) -> None:
    path = tmp_path / "text.parquet"
    path.write_text("no parquet at all")
    with pytest.raises(Invalid, match="text: Polars cannot read the files as parquet"):
        compare(BenchmarkInput("text", "parquet", (str(path),)))


def test_columns_named_like_patterns_are_taken_by_name(compare: Compare, tmp_path: Path) -> None:
    path = tmp_path / "names.parquet"
    pl.DataFrame(
        {"*": [1, 2, 2, 3], "^a.*$": ["x", "x", "y", "y"], "rows": [1, 2, 3, 4]}
    ).write_parquet(path)
    found = compare(BenchmarkInput("names", "parquet", (str(path),)))
    assert found.differences == dict.fromkeys(["read", "statistics", "group", "filter", "sort"])


def test_categories_decimals_times_and_zoned_times_are_equal(
    compare: Compare, tmp_path: Path
) -> None:
    path = tmp_path / "kinds.arrow"
    seconds = pl.Series("n", [1, 2, 2, None] * 5)
    pl.DataFrame(
        {
            "category": pl.Series(["b", "a", None, "a"] * 5, dtype=pl.Categorical),
            "price": seconds.cast(pl.Decimal(10, 2)),
            "time": (seconds * 1_000_000_000).cast(pl.Time),
            "length": seconds.cast(pl.Duration("us")),
            "zoned": seconds.cast(pl.Datetime("us", "Europe/Berlin")),
            "bytes": pl.Series([b"a", None, b"b", b"a"] * 5),
            "unsigned": pl.Series([2**64 - 1, 0, 5, 7] * 5, dtype=pl.UInt64),
            "small": pl.Series([100, 100, 90, 127] * 5, dtype=pl.Int8),
            "medium": pl.Series([2**31 - 1] * 20, dtype=pl.Int32),
        }
    ).write_ipc(path)
    found = compare(BenchmarkInput("kinds", "arrow", (str(path),)))
    assert set(found.differences.values()) == {None}
    assert any("price, bytes" in note for note in found.plan.notes)


def test_an_index_that_pandas_wrote_is_a_column_on_both_sides(
    compare: Compare, tmp_path: Path
) -> None:
    path = tmp_path / "indexed.parquet"
    code = (
        "import sys, pandas as pd;"
        "pd.DataFrame({'x': [1.0, 2.0, 3.0]}, index=['a', 'b', 'b']).to_parquet(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=20)
    found = compare(BenchmarkInput("indexed", "parquet", (str(path),)))
    assert set(found.differences.values()) == {None}
    assert len(found.plan.columns) == 2


def test_a_quoted_empty_text_counts_as_missing_on_both_sides(
    compare: Compare, tmp_path: Path
) -> None:
    path = tmp_path / "doubled.csv"
    path.write_text('a,a,b\n1,"",x\n2,y,\n3,y,"say ""hi"""\n')
    files = BenchmarkInput("doubled", "csv", (str(path),))
    assert set(compare(files).differences.values()) == {None}
    assert read_table(files).null_count().row(0) == (0, 1, 1)


def test_csv_whose_column_turns_to_text_late_is_equal_and_noted(
    compare: Compare, tmp_path: Path
) -> None:
    path = tmp_path / "turning.csv"
    path.write_text("code,n\n" + "1,2\n" * 300_000 + "abc,3\n1.50,4\n")
    found = compare(BenchmarkInput("turning", "csv", (str(path),)))
    assert set(found.differences.values()) == {None}
    assert found.notes == (
        "pandas reads this csv with low_memory=False, since a column changes its type.",
    )


def test_timestamps_in_csv_stay_text_and_are_read_without_a_detour(
    compare: Compare, tmp_path: Path
) -> None:
    path = tmp_path / "times.csv"
    path.write_text("at,n\n" + "".join(f"2025-08-0{n % 9 + 1}T10:09:04Z,{n}\n" for n in range(99)))
    found = compare(BenchmarkInput("times", "csv", (str(path),)))
    assert found.plan.group and found.plan.group.key == "at"
    assert set(found.differences.values()) == {None}, "the group's keys are the texts themselves"

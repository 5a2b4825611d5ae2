"""Which columns the plan chooses."""

from pathlib import Path

import polars as pl

from modelyard.datasets.benchmark.plan import GroupPlan, Plan
from modelyard.datasets.benchmark.polars_plan import make_plan
from modelyard.datasets.benchmark.request import BenchmarkInput


def plan_of(folder: Path, table: pl.DataFrame) -> Plan:
    path = folder / "table.parquet"
    table.write_parquet(path)
    return make_plan(BenchmarkInput("table", "parquet", (str(path),)))


def test_a_repeating_text_is_the_key_before_booleans_and_integers(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {
            "n": [1, 2] * 10,
            "flag": [True, False] * 10,
            "name": [f"name {n}" for n in range(20)],
            "kind": ["a", "b"] * 10,
            "x": [n / 2 for n in range(20)],
        }
    )
    plan = plan_of(tmp_path, table)
    assert plan.group == GroupPlan("kind", ("n", "x"))
    assert plan.sort == "x"
    assert plan.filter and plan.filter.column == "n"


def test_constants_and_identifiers_are_neither_filtered_nor_averaged(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {
            "year": [2013] * 20,
            "row": list(range(20)),
            "account_number": [n % 7 for n in range(20)],
            "cityCode": [n % 3 for n in range(20)],
            "delay": [n % 5 for n in range(20)],
            "kind": ["a", "b"] * 10,
            "cik": [320193, 789019] * 10,
        }
    )
    plan = plan_of(tmp_path, table)
    assert plan.group == GroupPlan("kind", ("delay",))
    assert plan.filter and plan.filter.column == "delay"


def test_an_identifier_is_taken_where_there_is_no_other_number(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, pl.DataFrame({"id": [1, 2, 3, 4], "kind": ["a", "b"] * 2}))
    assert plan.group == GroupPlan("kind", ("id",))
    assert plan.filter and plan.filter.column == "id"


def test_long_texts_are_no_key(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, pl.DataFrame({"text": ["a" * 500, "b"] * 10}))
    assert plan.group is None
    assert plan.tasks() == ("read", "statistics")
    assert any(note.startswith("Group left out") for note in plan.notes)


def test_columns_named_like_patterns_are_taken_by_name(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, pl.DataFrame({"*": [1, 2, 3], "^a.*$": ["x", "x", "y"]}))
    assert plan.group == GroupPlan("^a.*$", ("*",))


def test_the_same_table_gives_the_same_plan(mixed_parquet: str) -> None:
    files = BenchmarkInput("mixed", "parquet", (mixed_parquet,))
    assert make_plan(files) == make_plan(files)

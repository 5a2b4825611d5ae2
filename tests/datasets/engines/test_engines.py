"""Tables that lie in a database or on a cluster say the same as files."""

import math
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from modelyard.datasets.rows import RowQuery, parse_filter
from modelyard.errors import Invalid, ModelyardError


def plain(value: object) -> Any:
    return msgspec.to_builtins(value, builtin_types=(int,))


def differences(found: Any, wanted: Any, at: str = "") -> list[str]:
    """Name every place where two answers differ by more than the rounding of floats."""
    if isinstance(found, float) and isinstance(wanted, int | float):
        close = math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12)
        return [] if close else [f"{at}: {found} {wanted}"]
    if isinstance(found, dict):
        return [
            one for key in wanted for one in differences(found[key], wanted[key], f"{at}.{key}")
        ]
    if isinstance(found, list | tuple) and len(found) == len(wanted):
        pairs = enumerate(zip(found, wanted, strict=True))
        return [one for n, (a, b) in pairs for one in differences(a, b, f"{at}[{n}]")]
    return [] if found == wanted else [f"{at}: {found!r} {wanted!r}"]


@pytest.mark.parametrize("name", ["mixed", "spread", "filings"])
def test_statistics_are_those_of_the_file(yard, tables, name):
    if name not in tables:
        pytest.skip("the real filings are not here")
    found = yard.dataset(name).statistics()
    wanted = yard.dataset(f"{name}-file").statistics()
    assert found.rows == wanted.rows
    assert found.exact
    assert differences(plain(found.columns), plain(wanted.columns)) == []


def test_it_says_which_engine_did_it(yard, engine):
    found = yard.dataset("spread").statistics()
    word = {"duckdb": "DuckDB", "postgres": "PostgreSQL", "spark": "Spark"}[engine]
    assert found.engine.startswith(word)
    assert "only the figures came back" in found.method


@pytest.mark.parametrize(
    "query",
    [
        RowQuery(sort=("-heavy", "word", "count"), limit=5),
        RowQuery((parse_filter("count:ge:1000"),), ("count", "heavy", "word"), (), 2, 7),
        RowQuery((parse_filter("word:contains:W0"),), ("count", "heavy"), ("count",), 0, 4),
        RowQuery((parse_filter("heavy:lt:-5.5"),), ("heavy",)),
        RowQuery((parse_filter("word:null"),), ("count",)),
    ],
)
def test_rows_are_those_of_the_file(yard, query):
    found = yard.dataset("spread").rows(query)
    wanted = yard.dataset("spread-file").rows(query)
    assert found.matching == wanted.matching
    assert found.table.to_dicts() == wanted.table.to_dicts()


@pytest.mark.parametrize("text", ["day:eq:2024-02-29", "moment:lt:1970-01-01", "truth:eq:true"])
def test_filters_read_values_by_the_type_of_the_column(yard, text):
    query = RowQuery((parse_filter(text),), ("whole",), ("whole",))
    found, wanted = (yard.dataset(name).rows(query) for name in ("mixed", "mixed-file"))
    assert found.table["whole"].to_list() == wanted.table["whole"].to_list()


def test_outliers_are_those_of_the_file(yard):
    found, wanted = (yard.dataset(name).outliers() for name in ("spread", "spread-file"))
    assert [row.score for row in found.worst][:2] == [row.score for row in wanted.worst][:2]


def test_outliers_in_place_have_the_scores_of_one_machine_bit_for_bit(yard, engine):
    from modelyard.datasets.outlying import outliers_in_place

    found, scores = outliers_in_place(yard.dataset("spread"))
    wanted, wanted_scores = outliers_in_place(yard.dataset("spread-file"))
    assert scores.tolist() == wanted_scores.tolist()
    assert [row.row for row in found.worst[:3]] == [row.row for row in wanted.worst[:3]]
    assert found.worst[0].values == wanted.worst[0].values
    by = {"spark": "the executors of Spark", "duckdb": "as DuckDB", "postgres": "as PostgreSQL"}
    assert by[engine] in found.note


def test_a_sample_is_the_same_each_time(yard):
    table = yard.dataset("spread").opened()
    first, again = (table.records(table.sampled(0.25)) for _ in range(2))
    assert first == again
    assert 700 < len(first) < 1_300


def test_a_large_table_is_estimated_with_the_error_stated(yard, monkeypatch):
    monkeypatch.setattr("modelyard.datasets.engines.estimate.SAMPLE_ROWS", 2_000)
    found = yard.dataset("spread").work_out_statistics(approximate=True)
    wanted = yard.dataset("spread-file").statistics()
    assert not found.exact
    assert "off by at most" in found.method
    for name in ("heavy", "count"):
        near, exact = found.column(name), wanted.column(name)
        assert (near.min, near.max, near.nulls) == (exact.min, exact.max, exact.nulls)
        assert near.mean == pytest.approx(exact.mean)
        assert near.std == pytest.approx(exact.std)
        assert near.distinct == pytest.approx(exact.distinct, rel=0.08)
        assert near.median == pytest.approx(exact.median, rel=0.1)
    assert found.column("word").distinct == pytest.approx(37, abs=2)


def test_columns_are_correlated_by_rows_that_the_engine_chooses(yard, monkeypatch):
    monkeypatch.setattr("modelyard.datasets.correlation.MOST_ROWS", 1_000)
    found = yard.dataset("spread").correlate()
    assert found.columns == ("heavy", "count")
    assert 500 < found.rows <= 1_000
    assert "of 4,002 rows, chosen by" in found.method


def test_a_table_that_is_fetched_is_a_local_one(yard):
    dataset = yard.dataset("mixed")
    before = dataset.shape()
    dataset.fetch()
    assert dataset.is_near
    assert dataset.shape().rows == before.rows
    assert dataset.rows(RowQuery(limit=1)).matching == 8
    dataset.fetched.unlink()


def test_a_page_that_lies_too_deep_is_refused(yard):
    with pytest.raises(Invalid, match="begins after more than 100,000 rows"):
        yard.dataset("spread").rows(RowQuery(offset=100_001))


@pytest.mark.parametrize("query", [RowQuery(sort=("hevy",)), RowQuery(columns=("hevy",))])
def test_an_unknown_column_is_answered_with_the_near_one(yard, query):
    with pytest.raises(Invalid, match="Did you mean 'heavy'"):
        yard.dataset("spread").rows(query)


def test_a_table_that_is_not_there_is_named(yard, engine):
    yard.write("lost", "house://./lost.parquet" if engine == "spark" else "house://lost")
    with pytest.raises(ModelyardError) as told:
        yard.dataset("lost").shape()
    assert "lost" in str(told.value)
    assert "Traceback" not in str(told.value)


def test_a_table_larger_than_is_allowed_is_not_read(yard, engine):
    dataset = yard.dataset("spread")
    dataset.connection = replace(dataset.connection, most_bytes=100)
    if dataset.opened().estimate.bytes is None:
        pytest.skip(f"{engine} does not say how large a table is")
    with pytest.raises(Invalid, match=r"would read about [\d,]+ bytes; 100 are allowed"):
        dataset.work_out_statistics()
    with pytest.raises(Invalid, match="100 are allowed"):
        dataset.outliers(seed=9)

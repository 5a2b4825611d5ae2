"""Engines that fail: midway, without credentials, and with columns that they or we do not know."""

import duckdb
import pytest

import modelyard
from modelyard.errors import Invalid, ModelyardError, Unavailable

HELD = '[connections.house]\nkind = "{kind}"\naddress = "{address}"\n{more}\n'
TABLE = '[datasets.t]\nsource = "house://{table}"\n'


def opened(root, kind, address, more="", table="t"):
    text = HELD.format(kind=kind, address=address, more=more) + TABLE.format(table=table)
    (root / "modelyard.toml").write_text(text)
    return modelyard.open(root).datasets["t"]


@pytest.fixture
def held(tmp_path):
    """Make a table of DuckDB by a question."""

    def make(question):
        with duckdb.connect(str(tmp_path / "h.duckdb")) as database:
            database.execute(f"CREATE TABLE t AS {question}")
        return opened(tmp_path, "duckdb", "h.duckdb")

    return make


def test_columns_of_types_that_we_do_not_know_are_counted_and_the_others_worked_out(held):
    dataset = held(
        "SELECT range AS n, [range, 1] AS list, {'a': range} AS struct, MAP {'k': range} AS map, "
        "INTERVAL 1 DAY AS span, TIME '10:00' AS clock, gen_random_uuid() AS uuid, "
        "'x'::BLOB AS bytes, NULL AS nothing, 170141183460469231731687303715884105727 AS huge, "
        "1.25::DECIMAL(18, 3) AS money FROM range(100)"
    )
    found = dataset.statistics()
    assert found.column("n").mean == 49.5
    assert found.column("money").mean == pytest.approx(1.25)
    for name in ("list", "struct", "map", "bytes"):
        assert found.column(name).note == "Only nulls are counted."
    assert "Could not cast" in found.column("huge").note
    assert {column.name for column in found.columns} == set(dataset.opened().frame.columns)
    assert dataset.rows().matching == 100
    assert dataset.outliers().rows == 100


def test_a_server_that_ends_midway_is_a_fault_in_words_and_asked_again_it_answers(
    tmp_path, postgres
):
    url = postgres.make_database("dies")
    with postgres_connection(url) as connection:
        connection.execute("CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) n")
    address = url.partition("@")[2]
    dataset = opened(tmp_path, "postgres", address, 'user = "postgres"')
    assert dataset.shape().rows == 1000
    dataset.opened()
    with postgres_connection(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = 'dies' AND pid <> pg_backend_pid()"
        )
    with pytest.raises(Unavailable, match="the engine cannot be asked"):
        dataset.statistics()
    assert dataset.statistics().rows == 1000


def postgres_connection(url):
    import psycopg

    return psycopg.connect(url, autocommit=True)


def test_a_wrong_password_is_a_fault_that_does_not_tell_it(tmp_path, postgres, monkeypatch):
    url = postgres.make_database("locked")
    monkeypatch.setenv("HOUSE_PASSWORD", "hunter2hunter2")
    more = 'user = "nobody_here"\npassword_from = "HOUSE_PASSWORD"'
    dataset = opened(tmp_path, "postgres", url.partition("@")[2], more)
    with pytest.raises(Unavailable) as told:
        dataset.shape()
    assert "nobody_here" in str(told.value)
    assert "hunter2" not in str(told.value)


def test_a_broken_file_of_duckdb_is_named(tmp_path):
    (tmp_path / "h.duckdb").write_bytes(b"nonsense" * 1000)
    with pytest.raises(ModelyardError) as told:
        opened(tmp_path, "duckdb", "h.duckdb").shape()
    assert str(tmp_path) not in str(told.value)
    assert "Traceback" not in str(told.value)


@pytest.mark.parametrize("kind", ["bigquery", "snowflake", "trino"])
def test_an_engine_whose_library_is_not_installed_says_which(tmp_path, kind):
    dataset = opened(tmp_path, kind, "127.0.0.1:9/yard", 'user = "ana"', table="s.t")
    with pytest.raises(ModelyardError) as told:
        dataset.shape()
    assert isinstance(told.value, Unavailable | Invalid)
    assert "Traceback" not in str(told.value)

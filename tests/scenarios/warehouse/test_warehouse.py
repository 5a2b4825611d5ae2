"""Outputs are in the warehouse exactly once, whatever went wrong; the same on every kind."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from modelyard.errors import Invalid, NotFound, Unavailable
from modelyard.scenarios.warehouse import Key, open_warehouse, tables_of
from modelyard.scenarios.warehouse.cloud import CloudWarehouse
from modelyard.scenarios.warehouse.parquet import ParquetWarehouse
from modelyard.scenarios.warehouse.postgres import PostgresWarehouse, wider

AT = datetime(2026, 11, 21, tzinfo=UTC)
duckdb = pytest.importorskip("duckdb")


@pytest.fixture(params=["parquet", "postgres", "dlt"])
def warehouse(request, tmp_path):
    if request.param == "parquet":
        return open_warehouse("", tmp_path)
    if request.param == "postgres":
        pytest.importorskip("adbc_driver_postgresql")
        return open_warehouse(request.getfixturevalue("postgres_url"), tmp_path)
    pytest.importorskip("dlt")
    return CloudWarehouse("duckdb", "outputs", tmp_path, str(tmp_path / "there.duckdb"))


def tables(model, key, **values):
    return tables_of(model, model.run(**values), key, "base", AT)


def test_outputs_are_there_exactly_once_however_often_written(warehouse, example):
    loan = example["loan"]
    first, second = Key("run-1", "low"), Key("run-1", "high")
    for _ in range(2):
        warehouse.write(first, tables(loan, first, rate="6%", months=12))
    warehouse.write(second, tables(loan, second, rate="7%", months=24))
    payments = warehouse.read("loan__payment").sort("scenario_id")
    assert payments["scenario_id"].to_list() == ["high", "low"]
    assert [round(value, 2) for value in payments["value"]] == [
        Decimal("13431.77"), Decimal("25819.93"),
    ]  # fmt: skip
    assert warehouse.read("loan__schedule").height == 36
    assert "loan__inputs" in warehouse.names()
    with pytest.raises(NotFound):
        warehouse.read("nothing")


def test_a_retry_with_fewer_rows_leaves_none_of_the_old(warehouse, example):
    key = Key("run-1", "one")
    warehouse.write(key, tables(example["loan"], key, months=24))
    warehouse.write(key, tables(example["loan"], key, months=12))
    assert warehouse.read("loan__schedule").height == 12


def test_new_columns_are_added(warehouse):
    frame = pl.DataFrame({"run_id": ["a"], "scenario_id": ["s"], "value": [1.5]})
    warehouse.write(Key("a", "s"), {"t": frame})
    more = frame.with_columns(pl.lit("b").alias("run_id"), extra=pl.lit("new"))
    warehouse.write(Key("b", "s"), {"t": more})
    read = warehouse.read("t").sort("run_id")
    assert read["extra"].to_list() == [None, "new"]
    assert read["value"].to_list() == [1.5, 1.5]


@pytest.mark.parametrize("warehouse", ["parquet", "postgres"], indirect=True)
def test_a_column_of_another_type_is_widened(warehouse):
    frame = pl.DataFrame({"run_id": ["a"], "scenario_id": ["s"], "value": [1]})
    warehouse.write(Key("a", "s"), {"t": frame})
    floats = frame.with_columns(pl.lit("b").alias("run_id"), value=pl.lit(2.5))
    warehouse.write(Key("b", "s"), {"t": floats})
    assert warehouse.read("t").sort("run_id")["value"].to_list() == [1.0, 2.5]
    texts = frame.with_columns(pl.lit("c").alias("run_id"), value=pl.lit("many"))
    warehouse.write(Key("c", "s"), {"t": texts})
    assert warehouse.read("t").sort("run_id")["value"].to_list()[2] == "many"


def test_types_widen_to_what_holds_both():
    assert wider("bigint", "numeric") == "numeric"
    assert wider("double precision", "numeric") == "double precision"
    assert wider("date", "bigint") == "text"


def test_the_catalogue_has_a_view_of_every_table(tmp_path, example):
    warehouse = ParquetWarehouse(tmp_path / "warehouse")
    key = Key("run-1", "base")
    with duckdb.connect():
        warehouse.write(key, tables(example["dcf"], key))
    with duckdb.connect(str(warehouse.catalogue), read_only=True) as reader:
        reader.execute("SET TimeZone = 'UTC'")
        before = reader.sql("SELECT value FROM dcf__enterprise_value").fetchall()
        warehouse.write(key, tables(example["loan"], key))  # readers are never in the way
        assert before == [(example["dcf"].run()["enterprise_value"],)]
    with duckdb.connect(str(warehouse.catalogue), read_only=True) as reader:
        assert reader.sql("SELECT count(*) FROM loan__schedule").fetchall() == [(360,)]


def test_what_is_broken_off_while_writing_leaves_no_half_file(tmp_path):
    warehouse = ParquetWarehouse(tmp_path)
    frame = pl.DataFrame({"run_id": ["a"], "scenario_id": ["s"], "value": [1.5]})
    broken = {"good": frame, "bad": "no table"}
    with pytest.raises(AttributeError):
        warehouse.write(Key("a", "s"), broken)
    assert warehouse.names() == ["good"]
    assert not list(Path(tmp_path).rglob("*.draft"))
    warehouse.write(Key("a", "s"), {"good": frame, "bad": frame})
    assert warehouse.read("good").height == 1


def test_a_warehouse_that_is_down_is_unavailable(tmp_path):
    pytest.importorskip("adbc_driver_postgresql")
    down = PostgresWarehouse("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="Postgres refuses") as fault:
        down.write(Key("a", "s"), {})
    assert "secret" not in str(fault.value)
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be written"):
        ParquetWarehouse(tmp_path / "file").write(Key("a", "s"), {})


@pytest.mark.parametrize("text", ["x'; DROP TABLE t; --", "", "a b", "x" * 101])
def test_ids_are_plain(text):
    with pytest.raises(Invalid, match="is no id"):
        Key(text, "s")


def test_addresses_choose_the_warehouse(tmp_path):
    assert isinstance(open_warehouse("", tmp_path), ParquetWarehouse)
    assert isinstance(open_warehouse("snowflake:outputs", tmp_path), CloudWarehouse)
    with pytest.raises(Invalid, match=r"is not known. Known: postgresql") as fault:
        open_warehouse("mysql://me:secret@host/db", tmp_path)
    assert "secret" not in str(fault.value)


def test_nothing_is_told_to_the_makers_of_dlt(tmp_path):
    pytest.importorskip("dlt")
    code = f"""
import sys
asked = []
sys.addaudithook(lambda event, about: event.startswith("socket.") and asked.append(str(about)))
from pathlib import Path
import polars as pl
from modelyard.scenarios.warehouse import Key
from modelyard.scenarios.warehouse.cloud import CloudWarehouse
frame = pl.DataFrame({{"run_id": ["a"], "scenario_id": ["s"], "value": [1.5]}})
folder = Path({str(tmp_path)!r})
CloudWarehouse("duckdb", "d", folder, str(folder / "x.duckdb")).write(Key("a", "s"), {{"t": frame}})
print([one for one in asked if "443" in one or "telemetry" in one or "getaddrinfo" in one])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "[]"

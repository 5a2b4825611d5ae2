"""Connections: what may stand in modelyard.toml, and what is told of it."""

import pytest

import modelyard
from modelyard.errors import Invalid

HOUSE = '[connections.house]\nkind = "{kind}"\naddress = "{address}"\n{more}\n'
TABLE = '[datasets.t]\nsource = "{source}"\n'


def opened(root, source="house://t", kind="duckdb", address="h.duckdb", more=""):
    text = HOUSE.format(kind=kind, address=address, more=more) + TABLE.format(source=source)
    (root / "modelyard.toml").write_text(text)
    return modelyard.open(root)


def test_a_password_in_the_address_is_refused(tmp_path):
    with pytest.raises(Invalid, match="a password do not stand here"):
        opened(tmp_path, kind="postgres", address="ana:secret@db/yard")


def test_a_password_comes_from_the_variable_that_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("HOUSE_PASSWORD", "hidden")
    more = 'user = "ana"\npassword_from = "HOUSE_PASSWORD"'
    made = opened(tmp_path, kind="postgres", address="db/yard", more=more).datasets["t"]
    assert made.connection.password == "hidden"
    assert "hidden" not in repr(made)


def test_a_variable_that_is_not_set_is_named(tmp_path):
    more = 'password_from = "HOUSE_PASSWORD"'
    fault = opened(tmp_path, kind="postgres", address="db/yard", more=more).datasets.faults["t"]
    assert "the variable HOUSE_PASSWORD is not set" in str(fault)


@pytest.mark.parametrize("name", ["s3", "https"])
def test_a_connection_is_not_named_as_web_addresses_begin(tmp_path, name):
    (tmp_path / "modelyard.toml").write_text(
        f'[connections.{name}]\nkind = "duckdb"\naddress = "h.duckdb"\n'
    )
    with pytest.raises(Invalid, match="is how web addresses begin"):
        modelyard.open(tmp_path)


@pytest.mark.parametrize("table", ['t"; DROP TABLE t; --', "a.b.c.d", "", "(SELECT 1)", "t'x"])
def test_a_table_is_a_name_and_no_question(tmp_path, table):
    (tmp_path / "h.duckdb").touch()
    source = f"house://{table}".replace('"', '\\"')
    assert "names no table" in str(opened(tmp_path, source=source).datasets.faults["t"])


@pytest.mark.parametrize(
    ("kind", "address", "source"),
    [("duckdb", "../h.duckdb", "house://t"), ("spark", "local[1]", "house:///etc/t.parquet")],
)
def test_nothing_outside_the_workspace_is_opened(tmp_path, kind, address, source):
    inside = tmp_path / "yard"
    inside.mkdir()
    faults = opened(inside, source, kind, address).datasets.faults
    assert "outside" in str(faults["t"]) or "leaves" in str(faults["t"])


def test_an_engine_that_cannot_be_reached_is_told_in_words(tmp_path):
    dataset = opened(tmp_path, kind="postgres", address="127.0.0.1:9/yard").datasets["t"]
    with pytest.raises(modelyard.errors.Unavailable, match="the engine cannot be asked"):
        dataset.shape()


def test_a_view_of_duckdb_reads_no_other_file(tmp_path):
    import duckdb

    (tmp_path / "secret.csv").write_text("a\n1\n")
    with duckdb.connect(str(tmp_path / "h.duckdb")) as database:
        database.execute(f"CREATE VIEW t AS SELECT * FROM '{tmp_path}/secret.csv'")  # noqa: S608
    with pytest.raises(Invalid, match="the engine refused"):
        opened(tmp_path).datasets["t"].shape()

"""Tables of engines on pages: how large they are, and what a page asks before it reads one."""

import re
import time

import duckdb
import pytest

HELD = '[connections.house]\nkind = "duckdb"\naddress = "h.duckdb"\n{more}\n'
TABLE = '[datasets.t]\nsource = "house://t"\n'


@pytest.fixture
def asked(tmp_path, make_client):
    """Open a page of a table of 300,000 rows; gives its text when nothing is pending any more."""
    folder = tmp_path / "yard"
    folder.mkdir()
    with duckdb.connect(str(folder / "h.duckdb")) as database:
        made = "CREATE TABLE t AS SELECT range AS n, range % 7 AS k FROM range(300000)"
        database.execute(made)

    def get(address, more=""):
        (folder / "modelyard.toml").write_text(HELD.format(more=more) + TABLE)
        client = make_client(folder)
        until = time.monotonic() + 120
        while (answer := client.get(address)).status_code == 202 and time.monotonic() < until:
            time.sleep(0.1)
        return answer.get_data(as_text=True)

    return get


def test_a_small_table_is_read_at_once_and_its_size_is_told(asked):
    page = asked("/datasets/t")
    assert "by DuckDB" in page
    assert "0 bytes" not in page
    assert re.search(r"<span>[\d.,]+\W*[kM]B</span>", page)


def test_what_is_costly_is_said_first_and_read_when_somebody_agrees(asked):
    more = "ask_above_bytes = 1000"
    page = asked("/datasets/t", more)
    assert "This reads about" in page
    assert re.search(r"300\W?000 rows", page)
    assert "by DuckDB" not in page
    assert "This reads about" in asked("/datasets/t/outliers", more)
    assert "estimated</span>" in asked("/datasets/t?read=1&approximate=1", more)


def test_what_is_known_already_costs_nothing_more(asked):
    more = "ask_above_bytes = 1000"
    assert "by DuckDB" in asked("/datasets/t?read=1", more)
    assert "This reads about" not in asked("/datasets/t", more)


def test_more_than_is_allowed_is_not_read_even_when_somebody_agrees(asked):
    more = "ask_above_bytes = 1000\nmost_bytes = 2000"
    page = asked("/datasets/t", more)
    assert "connections.house.most_bytes" in page
    assert "Read all of it" not in page
    assert "2,000 are allowed" in asked("/datasets/t?read=1", more)

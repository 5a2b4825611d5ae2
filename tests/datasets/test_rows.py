"""Rows: filter, sort, page."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from modelyard.datasets.rows import OPERATORS, Filter, RowQuery, parse_filter, read_rows
from modelyard.errors import Invalid

BERLIN = ZoneInfo("Europe/Berlin")
TABLE = pl.DataFrame(
    {
        "whole": [1, 2, 3, None],
        "id": [999999999725003817, 999999999725003818, 999999999725003819, None],
        "huge": pl.Series([2**63, 2**64 - 1, 0, None], dtype=pl.UInt64),
        "wide": pl.Series([2**100, -(2**100), 0, None], dtype=pl.Int128),
        "share": [0.1, 0.25, float("nan"), None],
        "single": pl.Series([0.1, 0.25, 1.0, None], dtype=pl.Float32),
        "price": pl.Series([Decimal("1.10"), Decimal("2.20"), Decimal("-3"), None]),
        "word": ["Straße", "a.c", "ABC", None],
        "kind": pl.Series(["low", "high", "low", None], dtype=pl.Enum(["low", "high"])),
        "truth": [True, False, True, None],
        "day": [date(2024, 1, 1), date(2024, 2, 29), date(2025, 1, 1), None],
        "at": [datetime(2024, 1, 1, 10), datetime(2024, 1, 1, 11), datetime(2025, 1, 1), None],
        "milli": pl.Series(
            [datetime(2024, 1, 1, 0, 0, 0, 5_000), datetime(2024, 1, 1), None, None],
            dtype=pl.Datetime("ms"),
        ),
        "zoned": pl.Series(
            [datetime(2024, 1, 1, tzinfo=BERLIN), datetime(2024, 7, 1, tzinfo=BERLIN), None, None],
            dtype=pl.Datetime("us", "Europe/Berlin"),
        ),
        "clock": [time(9), time(12, 30), time(23, 59, 59), None],
        "taken": [timedelta(seconds=1.5), timedelta(hours=1), timedelta(0), None],
        "list": [[1], [2], [3], None],
    }
).with_row_index("row", offset=1)


def matching(text):
    """Give the numbers of the rows that pass a filter."""
    return read_rows("t", TABLE.lazy(), RowQuery((parse_filter(text),))).table["row"].to_list()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("whole:eq:2", [2]),
        ("whole:ne:2", [1, 3]),
        ("whole:gt:1", [2, 3]),
        ("whole:ge:2.5", [3]),
        ("whole:lt:2", [1]),
        ("whole:le:2", [1, 2]),
        ("whole:eq:2.0", [2]),
        ("whole:lt:1e30", [1, 2, 3]),
        ("whole:gt:-99999999999999999999999999999999999999999", [1, 2, 3]),
        ("whole:null", [4]),
        ("whole:notnull", [1, 2, 3]),
        ("id:eq:999999999725003818", [2]),
        ("id:gt:999999999725003818", [3]),
        ("huge:eq:18446744073709551615", [2]),
        ("huge:ge:9223372036854775808", [1, 2]),
        ("huge:gt:-1", [1, 2, 3]),
        ("id:lt:18446744073709551615", [1, 2, 3]),
        ("wide:eq:1267650600228229401496703205376", [1]),
        ("wide:lt:0", [2]),
        ("share:eq:0.1", [1]),
        ("share:gt:0.2", [2, 3]),
        ("single:eq:0.1", [1]),
        ("price:eq:1.1", [1]),
        ("price:lt:1.105", [1, 3]),
        ("price:ge:2.2", [2]),
        ("word:eq:ABC", [3]),
        ("word:contains:a.c", [2]),
        ("word:contains:B", [3]),
        ("word:contains:(", []),
        ("word:contains:STRASSE", []),
        ("word:contains:straße", [1]),
        ("word:starts:ab", [3]),
        ("word:gt:a", [2]),
        ("word:null", [4]),
        ("kind:eq:low", [1, 3]),
        ("kind:contains:HI", [2]),
        ("kind:eq:unknown", []),
        ("truth:eq:true", [1, 3]),
        ("truth:eq:0", [2]),
        ("truth:ne:true", [2]),
        ("day:ge:2024-02-29", [2, 3]),
        ("at:eq:2024-01-01T10:00", [1]),
        ("at:gt:2024-01-01 10:30:00", [2, 3]),
        ("at:ge:2025-01-01", [3]),
        ("milli:lt:2024-01-01T00:00:00.005001", [1, 2]),
        ("zoned:eq:2023-12-31T23:00:00Z", [1]),
        ("zoned:eq:2024-01-01", [1]),
        ("zoned:gt:2024-06-30T23:59:00+02:00", [2]),
        ("clock:ge:12:30", [2, 3]),
        ("taken:gt:1", [1, 2]),
        ("list:notnull", [1, 2, 3]),
    ],
)
def test_a_filter_lets_the_right_rows_through(text, rows):
    assert matching(text) == rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("whole:eq:two", "filter whole: 'two' is not a value of type Int64."),
        ("whole:eq:", "filter whole: '' is not a value of type Int64."),
        ("whole:contains:1", "filter whole: 'contains' works on text only."),
        ("price:eq:x", "filter price: 'x' is not a value of type Decimal"),
        ("truth:eq:maybe", "filter truth: 'maybe' is not a value of type Boolean."),
        ("day:eq:2024-02-30", "filter day: '2024-02-30' is not a value of type Date."),
        ("at:eq:soon", "filter at: 'soon' is not a value of type Datetime"),
        ("at:eq:2024-01-01T10:00Z", "filter at: '2024-01-01T10:00Z' is not a value of type"),
        ("taken:eq:nan", "filter taken: 'nan' is not a value of type Duration"),
        ("list:eq:1", "filter list: values of type List(Int64) cannot be compared."),
        ("wole:eq:1", "filter: there is no column 'wole'. Did you mean 'whole'?"),
        ("zzz:eq:1", "filter: there is no column 'zzz'."),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(text, said):
    with pytest.raises(Invalid) as raised:
        matching(text)
    assert str(raised.value).startswith(said)


def test_filters_hold_all_together():
    query = RowQuery((parse_filter("whole:gt:1"), parse_filter("truth:eq:true")))
    assert read_rows("t", TABLE.lazy(), query).table["row"].to_list() == [3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:eq:1", Filter("a", "eq", "1")),
        ("a:eq:12:30", Filter("a", "eq", "12:30")),
        ("a:b:gt:1", Filter("a:b", "gt", "1")),
        ("a:null", Filter("a", "null", "")),
        ("eq:eq:eq", Filter("eq", "eq", "eq")),
        (":eq:1", Filter("", "eq", "1")),
    ],
)
def test_a_filter_is_read_from_text(text, expected):
    assert parse_filter(text) == expected


@pytest.mark.parametrize("text", ["", "a", "a:is:1", "eq"])
def test_a_text_without_operator_is_refused_with_all_of_them(text):
    with pytest.raises(Invalid, match="is not column:operator:value") as raised:
        parse_filter(text)
    assert all(operator in raised.value.cure for operator in OPERATORS)


@pytest.mark.parametrize(
    ("sort", "rows"),
    [
        (("whole",), [1, 2, 3, 4]),
        (("-whole",), [3, 2, 1, 4]),
        (("truth", "-whole"), [2, 3, 1, 4]),
        (("-day",), [3, 2, 1, 4]),
    ],
)
def test_rows_are_sorted_with_nulls_last(sort, rows):
    page = read_rows("t", TABLE.lazy(), RowQuery(sort=sort))
    assert page.table["row"].to_list() == rows


def test_a_column_whose_name_begins_with_a_minus_can_be_sorted_by():
    table = pl.DataFrame({"-a": [2, 1, 3]}).lazy()
    assert read_rows("t", table, RowQuery(sort=("-a",))).table["-a"].to_list() == [1, 2, 3]
    assert read_rows("t", table, RowQuery(sort=("--a",))).table["-a"].to_list() == [3, 2, 1]


def test_pages_count_all_that_match():
    query = RowQuery((parse_filter("whole:notnull"),), sort=("-whole",), offset=1, limit=1)
    page = read_rows("t", TABLE.lazy(), query)
    assert (page.matching, page.offset, page.table["row"].to_list()) == (3, 1, [2])


def test_a_page_behind_the_last_is_empty():
    page = read_rows("t", TABLE.lazy(), RowQuery(offset=10**15))
    assert (page.matching, len(page.table)) == (4, 0)


def test_chosen_columns_come_in_the_order_asked_and_once():
    page = read_rows("t", TABLE.lazy(), RowQuery(columns=("word", "row", "word")))
    assert page.table.columns == ["word", "row"]


@pytest.mark.parametrize("asked", [RowQuery(sort=("wole",)), RowQuery(columns=("wole",))])
def test_unknown_columns_are_answered_with_the_nearest(asked):
    with pytest.raises(Invalid, match="Did you mean 'whole'"):
        read_rows("t", TABLE.lazy(), asked)


@pytest.mark.parametrize("asked", [RowQuery(limit=-1), RowQuery(limit=10**9), RowQuery(offset=-1)])
def test_pages_out_of_bounds_are_refused(asked):
    with pytest.raises(Invalid):
        read_rows("t", TABLE.lazy(), asked)


@pytest.mark.parametrize(
    "name", ["*", "^.*$", "", "'; drop table t; --", "a:eq:b", "$(rm)", "a\nb"]
)
def test_any_name_is_only_a_name(name):
    table = pl.DataFrame({"a": [9, 9, 9], name: [3, None, 1], "z": [9, 9, 9]}).lazy()
    query = RowQuery((Filter(name, "ge", "2"),), sort=(name,), columns=(name,))
    assert read_rows("t", table, query).table.to_dict(as_series=False) == {name: [3]}


def test_real_accession_numbers_compare_exactly(yard, shared_data):
    (yard.folder / "t.parquet").write_bytes(
        (shared_data / "sec" / "sec_filings_2025.parquet").read_bytes()
    )
    query = RowQuery((parse_filter("accessionNumber:eq:999999999725003818"),))
    found = yard.dataset("t").rows(query).table["accessionNumber"].to_list()
    assert set(found) == {999999999725003818}


def test_dates_of_a_csv_file_can_be_filtered(yard):
    yard.write("t.csv", "at,n\n2024-01-31T10:00:00Z,1\n2024-01-31T12:00:00+01:00,2\n")
    query = RowQuery((parse_filter("at:ge:2024-01-31T10:30:00Z"),))
    page = yard.dataset("t").rows(query)
    assert page.table["at"].to_list() == [datetime(2024, 1, 31, 11, tzinfo=UTC)]

"""Rows as JSON can hold them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest

from modelyard.datasets.plain import flat, plain_rows
from modelyard.errors import Invalid


def test_every_type_has_a_json_value() -> None:
    table = pl.DataFrame(
        {
            "number": [1.5, float("nan"), float("inf"), None],
            "identifier": [2**63 - 1, 0, 0, None],
            "day": [date(2024, 1, 31)] * 3 + [None],
            "moment": [datetime(2024, 1, 31, 10, 30, tzinfo=UTC)] * 3 + [None],
            "clock": [time(10, 30)] * 3 + [None],
            "lasting": [timedelta(hours=1, seconds=1)] * 3 + [None],
            "money": [Decimal("12.30")] * 3 + [None],
            "raw": [b"\x00\xff"] * 3 + [None],
            "list": [[1, 2]] * 3 + [None],
            "text": ["a\nb<"] * 3 + [None],
        }
    )
    first, second, third, empty = plain_rows("t", table)
    assert first == {
        "number": 1.5,
        "identifier": 9223372036854775807,
        "day": "2024-01-31",
        "moment": "2024-01-31T10:30:00.000000+00:00",
        "clock": "10:30:00",
        "lasting": "PT1H1S",
        "money": "12.30",
        "raw": "AP8=",
        "list": [1, 2],
        "text": "a\nb<",
    }
    assert (second["number"], third["number"]) == (None, None)
    assert set(empty.values()) == {None}


def test_no_rows_are_an_empty_list() -> None:
    assert plain_rows("t", pl.DataFrame({"a": []})) == []


def test_csv_gets_lists_as_json_and_durations_as_text() -> None:
    table = pl.DataFrame(
        {
            "list": [[1, 2], None],
            "struct": [{"a": 1, "b": "x"}, None],
            "lasting": [timedelta(hours=1), None],
            "raw": [b"\x00", None],
        }
    )
    assert flat("t", table).write_csv().splitlines()[1:] == [
        '"[1, 2]","{""a"": 1, ""b"": ""x""}",PT1H,AA==',
        ",,,",
    ]


def test_bytes_within_lists_are_refused_in_words() -> None:
    with pytest.raises(Invalid, match="t: cannot be read"):
        plain_rows("t", pl.DataFrame({"deep": [[b"\x00"]]}))

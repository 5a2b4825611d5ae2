"""Dates and times among the text columns of a CSV file."""

from datetime import UTC, date, datetime

import pytest


@pytest.mark.parametrize(
    ("cells", "kind", "first"),
    [
        (["2024-01-31", "2024-02-29"], "Date", date(2024, 1, 31)),
        (
            ["2024-01-31 10:00"],
            "Datetime(time_unit='us', time_zone=None)",
            datetime(2024, 1, 31, 10),
        ),
        (
            ["2024-01-31T10:00:05.25", "2024-01-31T10:00:05"],
            "Datetime(time_unit='us', time_zone=None)",
            datetime(2024, 1, 31, 10, 0, 5, 250_000),
        ),
        (
            ["2024-01-31T10:00:00Z", "2024-01-31T10:00:00+02:00"],
            "Datetime(time_unit='us', time_zone='UTC')",
            datetime(2024, 1, 31, 10, tzinfo=UTC),
        ),
    ],
)
def test_iso_dates_and_times_become_such(yard, cells, kind, first):
    yard.write("t.csv", "at,n\n" + "".join(f"{cell},1\n" for cell in ["", *cells]))
    assert yard.types("t")["at"] == kind
    assert [row["at"] for row in yard.rows("t")][:2] == [None, first]


def test_times_with_offsets_become_utc(yard):
    yard.write("t.csv", "at,n\n2024-01-31T10:00:00+02:00,1\n")
    assert yard.rows("t")[0]["at"] == datetime(2024, 1, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-01-31", "2024-02-30"],
        ["2024-01-31"] * 500 + ["soon"],
        ["31.01.2024"],
        ["01/02/2024"],
        ["2024-01-31", "2024-01-31 10:00"],
        ["2024-01-31T10:00:00Z", "2024-01-31T10:00:00"],
        ["1001-01-01T00:00:00.123456789"],
        ["2024-01-31T10:00:00.5"] * 300 + ["2024-01-31T10:00:00.123456789"],
    ],
)
def test_a_column_with_one_value_that_cannot_be_read_stays_text(yard, cells):
    yard.write("t.csv", "at,n\n" + "".join(f"{cell},1\n" for cell in cells))
    assert yard.types("t")["at"] == "String"


def test_nanoseconds_are_kept(yard):
    yard.write("t.csv", "at,n\n2024-01-31T10:00:00.123456789Z,1\n")
    assert yard.types("t")["at"] == "Datetime(time_unit='ns', time_zone='UTC')"
    assert yard.dataset("t").scan().collect()["at"].dt.nanosecond().to_list() == [123_456_789]

"""The figures of text, dates, booleans and the rest."""

import statistics
from collections import Counter
from datetime import UTC, date, datetime, time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.datasets.columns import column_figures
from modelyard.datasets.figures import OtherColumn

TEXTS = st.lists(st.none() | st.text(max_size=8), max_size=40)


@given(TEXTS)
def test_text_is_counted_in_characters(values):
    column = column_figures(pl.Series("t", values, dtype=pl.String))
    known = [value for value in values if value is not None]
    lengths = [len(value) for value in known]
    assert (column.nulls, column.distinct) == (len(values) - len(known), len(set(known)))
    if known:
        assert (column.min, column.max) == (min(known), max(known))
        assert (column.length_min, column.length_max) == (min(lengths), max(lengths))
        assert column.length_mean == pytest.approx(statistics.fmean(lengths))
        assert column.length_median == statistics.median(lengths)
    else:
        assert (column.min, column.length_mean) == (None, None)


@given(TEXTS)
def test_the_most_frequent_texts_come_first_and_equals_by_name(values):
    column = column_figures(pl.Series("t", values, dtype=pl.String))
    counted = Counter(value for value in values if value is not None)
    expected = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:10]
    assert [(top.value, top.count) for top in column.top] == expected


def test_long_texts_are_cut_for_showing():
    column = column_figures(pl.Series("t", ["x" * 900_000, "y"]))
    assert (len(column.min), column.min[-1], column.length_max) == (200, "…", 900_000)


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["b", "a"])])
def test_categories_are_texts(dtype):
    column = column_figures(pl.Series("t", ["b", "a", "b", None], dtype=dtype))
    assert (column.distinct, column.min, column.top[0].value) == (2, "a", "b")


@pytest.mark.parametrize(
    ("values", "low", "median", "high"),
    [
        ([date(2024, 1, 3), date(2024, 1, 1), None], "2024-01-01", "2024-01-01", "2024-01-03"),
        ([date(1, 1, 1), date(9999, 12, 31)], "0001-01-01", "0001-01-01", "9999-12-31"),
        ([datetime(2024, 1, 1, 12)], *["2024-01-01T12:00:00"] * 3),
        ([datetime(2024, 1, 1, 12, tzinfo=UTC)], *["2024-01-01T12:00:00+00:00"] * 3),
        ([time(12, 30), time(0)], "00:00:00", "00:00:00", "12:30:00"),
        ([], None, None, None),
    ],
)
def test_dates_have_a_range(values, low, median, high):
    dtype = pl.Date if not values else None
    column = column_figures(pl.Series("t", values, dtype=dtype))
    assert (column.min, column.median, column.max) == (low, median, high)
    counted = column.histogram
    known = len([value for value in values if value is not None])
    assert (sum(counted.counts) + counted.below + counted.above if counted else 0) == known


def test_dates_beyond_the_year_9999_have_a_range():
    column = column_figures(pl.Series("t", [0, 10**7], dtype=pl.Int32).cast(pl.Date))
    assert (column.min, column.max) == ("1970-01-01", "+29349-01-26")


def test_truths_have_a_share_of_those_known():
    column = column_figures(pl.Series("t", [True, True, False, None, True]))
    assert (column.true, column.false, column.nulls, column.distinct) == (3, 1, 1, 2)
    assert column.true_share == 0.75


def test_truths_without_a_value_have_no_share():
    assert column_figures(pl.Series("t", [None], dtype=pl.Boolean)).true_share is None


@pytest.mark.parametrize("values", [[[1, 2], None], [{"a": 1}, None], [b"x", None]])
def test_of_other_types_only_nulls_are_counted(values):
    column = column_figures(pl.Series("t", values))
    assert isinstance(column, OtherColumn)
    assert (column.nulls, column.distinct) == (1, None)


@pytest.mark.parametrize("name", ["", "*", "^a.*$", "^.*$"])
def test_a_column_may_have_any_name(name):
    column = column_figures(pl.Series(name, [1.0, float("nan")]))
    assert (column.name, column.nan, column.sum) == (name, 1, 1.0)

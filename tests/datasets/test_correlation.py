"""Correlation, against pandas."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.datasets.correlation import MOST_ROWS, correlate, pearson

CELLS = (
    st.none() | st.integers(-1_000, 1_000) | st.integers(-(10**9), 10**9).map(lambda n: n / 1_000)
)


def as_matrix(correlation):
    return np.array(
        [[np.nan if value is None else value for value in row] for row in correlation.values]
    )


def test_correlation_is_that_of_pandas_with_nulls_and_a_constant():
    pytest.importorskip("pandas")
    random = np.random.default_rng(3)
    base = random.normal(size=3_000)
    table = pl.DataFrame(
        {
            "a": base + 1e6,
            "b": base * 2 + random.normal(size=3_000),
            "c": np.exp(random.normal(size=3_000)),
            "whole": random.integers(0, 9, 3_000),
            "constant": np.full(3_000, 0.1),
            "truth": base > 0,
        }
    ).with_columns(pl.when(pl.col("whole") > 1).then(pl.col("b")).alias("b"))
    ours = correlate("t", table.lazy(), len(table))
    theirs = table.with_columns(pl.all().cast(pl.Float64)).to_pandas().corr().to_numpy()
    np.testing.assert_allclose(as_matrix(ours), theirs, rtol=1e-9, atol=1e-10)
    assert all(value is None for value in ours.values[4])


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=3, max_size=30))
def test_every_pair_is_correlated_over_its_common_rows(rows):
    pandas = pytest.importorskip("pandas")
    table = np.array([[np.nan if v is None else float(v) for v in row] for row in rows])
    ours = pearson(table)
    assert np.array_equal(ours, ours.T, equal_nan=True)
    for one in range(3):
        for other in range(3):
            both = np.isfinite(table[:, one]) & np.isfinite(table[:, other])
            x, y = table[both, one], table[both, other]
            if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
                assert np.isnan(ours[one, other])
            elif min(np.ptp(x) / np.abs(x).max(), np.ptp(y) / np.abs(y).max()) > 1e-6:
                expected = np.corrcoef(x, y)[0, 1]
                assert ours[one, other] == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert pandas


def test_a_far_value_outside_the_common_rows_costs_no_precision():
    table = np.array([[1e9, np.nan], [1.0, 1.0], [2.0, 4.0], [3.0, 9.0]])
    expected = np.corrcoef([1, 2, 3], [1, 4, 9])[0, 1]
    assert pearson(table)[0, 1] == pytest.approx(expected, rel=1e-7)


def test_infinite_values_are_left_out():
    table = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [np.inf, 0.0]])
    assert pearson(table)[0, 1] == pytest.approx(1.0)


def test_of_a_large_table_every_nth_row_is_taken_and_said():
    table = pl.DataFrame({"a": range(MOST_ROWS * 2 + 1), "b": range(MOST_ROWS * 2 + 1)})
    correlation = correlate("t", table.lazy(), len(table))
    assert correlation.rows <= MOST_ROWS
    assert "one row in 3" in correlation.method
    assert correlation.values == ((1.0, 1.0), (1.0, 1.0))


@pytest.mark.parametrize("table", [pl.DataFrame({"t": ["x"]}), pl.DataFrame({"a": []})])
def test_a_table_without_numbers_has_an_empty_matrix_or_nones(table):
    correlation = correlate("t", table.lazy(), len(table))
    assert [value for row in correlation.values for value in row if value is not None] == []

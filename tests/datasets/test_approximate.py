"""Quick statistics of large tables: the stated errors hold."""

import numpy as np
import polars as pl
import pytest

from modelyard.datasets.approximate import (
    METHOD,
    RANK_ERROR,
    SAMPLE_ROWS,
    approximate_statistics,
    sample_rows,
)
from modelyard.datasets.statistics import table_statistics

ROWS = 1_500_000


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(11)
    return pl.DataFrame(
        {
            "normal": random.normal(10, 3, ROWS),
            "income": np.exp(random.normal(size=ROWS)),
            "id": random.permutation(ROWS),
            "kind": pl.Series(random.integers(0, 50, ROWS)).cast(pl.String),
        }
    ).with_columns(pl.when(pl.col("id") % 10 != 0).then(pl.col("income")).alias("income"))


@pytest.fixture(scope="module")
def estimated(table):
    return approximate_statistics("t", table.lazy(), len(table))


@pytest.fixture(scope="module")
def exact(table):
    return table_statistics("t", table.lazy(), len(table))


@pytest.mark.parametrize("name", ["normal", "income", "id"])
def test_quartiles_are_within_the_stated_rank(table, estimated, name):
    ordered = table[name].drop_nulls().sort().to_numpy()
    column = estimated.column(name)
    for share, value in ((0.25, column.q1), (0.5, column.median), (0.75, column.q3)):
        rank = np.searchsorted(ordered, value) / len(ordered)
        assert abs(rank - share) <= RANK_ERROR * 1.2  # nulls make the sample of `income` smaller


@pytest.mark.parametrize("name", ["normal", "income", "id"])
def test_figures_of_all_rows_are_of_all_rows(estimated, exact, name):
    one, other = estimated.column(name), exact.column(name)
    assert (one.nulls, one.min, one.max) == (other.nulls, other.min, other.max)
    assert one.mean == pytest.approx(other.mean, rel=1e-9)
    assert one.std == pytest.approx(other.std, rel=1e-9)


def test_distinct_values_are_within_a_few_percent(estimated):
    assert estimated.column("id").distinct == pytest.approx(ROWS, rel=0.06)
    assert estimated.column("kind").distinct == pytest.approx(50, abs=2)


def test_the_counts_of_frequent_values_are_scaled_to_all_rows(estimated, exact):
    counts = {top.value: top.count for top in exact.column("kind").top}
    for top in estimated.column("kind").top[:3]:
        assert top.count == pytest.approx(ROWS / 50, rel=0.1)
    assert counts


def test_the_sum_of_integers_is_left_to_the_exact_mode_and_says_so(estimated):
    column = estimated.column("id")
    assert (column.sum, column.note) == (None, "The exact sum is left to the exact mode.")


def test_the_answer_says_that_and_how_it_is_estimated(estimated):
    assert (estimated.exact, estimated.method) == (False, METHOD)
    assert f"{RANK_ERROR:.2%}" in METHOD


def test_the_sample_is_of_different_rows_all_over_the_table():
    rows = sample_rows(10_000_000)
    assert len(rows) == rows.n_unique() == SAMPLE_ROWS
    assert (rows[0], rows[-1]) == (0, 9_999_999)


def test_a_small_table_is_exact(yard):
    yard.parquet("t.parquet", a=range(1_000))
    quick = yard.dataset("t").statistics(approximate=True)
    assert quick.exact
    assert quick.columns == yard.dataset("t").statistics().columns


def test_rare_values_that_are_no_numbers_are_counted():
    values = np.zeros(SAMPLE_ROWS + 5_000)
    values[-1] = np.nan
    values[1_030] = np.inf
    table = pl.DataFrame({"a": values})
    column = approximate_statistics("t", table.lazy(), len(table)).column("a")
    assert (column.nan, column.infinite) == (1, 1)

"""The figures of numbers, against plain Python, NumPy and pandas."""

import math
import statistics
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.datasets.numbers import exact_sum, histogram, number_column

SAFE = st.floats(-1e9, 1e9, allow_subnormal=False)
RANGES = {
    pl.Int8: (-(2**7), 2**7 - 1),
    pl.UInt8: (0, 2**8 - 1),
    pl.Int32: (-(2**31), 2**31 - 1),
    pl.Int64: (-(2**63), 2**63 - 1),
    pl.UInt64: (0, 2**64 - 1),
    pl.Int128: (-(2**127), 2**127 - 1),
    pl.UInt128: (0, 2**128 - 1),
}
TYPED_INTEGERS = st.sampled_from(list(RANGES)).flatmap(
    lambda dtype: st.tuples(
        st.just(dtype),
        st.lists(
            st.none() | st.sampled_from(RANGES[dtype]) | st.integers(*RANGES[dtype]), max_size=40
        ),
    )
)


@given(TYPED_INTEGERS)
def test_sums_and_extremes_of_integers_are_exact(typed):
    dtype, values = typed
    known = [value for value in values if value is not None]
    column = number_column(pl.Series(values, dtype=dtype))
    assert column.sum == (sum(known) if known else None)
    assert type(column.sum) in {int, type(None)}
    assert (column.min, column.max) == ((min(known), max(known)) if known else (None, None))
    assert column.distinct == len(set(known))
    assert column.nulls == len(values) - len(known)
    assert bool(column.note) == bool(known and not -(2**63) <= sum(known) < 2**63)


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_the_sum_of_many_extremes_is_exact(dtype):
    extremes = np.array([np.iinfo(dtype).max] * 70_000 + [np.iinfo(dtype).min] * 3, dtype=dtype)
    assert exact_sum(extremes) == int(extremes[0]) * 70_000 + int(extremes[-1]) * 3


@given(st.lists(SAFE, min_size=1, max_size=60))
def test_quartiles_interpolate_linearly(values):
    column = number_column(pl.Series(values, dtype=pl.Float64))
    expected = np.quantile(np.array(values), [0.25, 0.5, 0.75])
    assert [column.q1, column.median, column.q3] == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(st.lists(SAFE, min_size=2, max_size=60))
def test_mean_and_standard_deviation_are_those_of_exact_fractions(values):
    column = number_column(pl.Series(values, dtype=pl.Float64))
    exact = [Fraction(value) for value in values]
    scale = max(abs(value) for value in values)
    assert column.mean == pytest.approx(
        float(sum(exact) / len(exact)), rel=1e-12, abs=scale * 1e-12
    )
    expected = math.sqrt(statistics.variance(exact))
    assert column.std == pytest.approx(expected, rel=1e-9, abs=scale * 1e-14)


@given(st.lists(st.integers(-1_000, 1_000), min_size=3, max_size=60))
def test_skew_is_that_of_pandas(values):
    pandas = pytest.importorskip("pandas")
    column = number_column(pl.Series(values, dtype=pl.Int64))
    if len(set(values)) == 1:
        assert column.skew is None
    else:
        assert column.skew == pytest.approx(pandas.Series(values).skew(), rel=1e-9, abs=1e-12)


@given(st.lists(st.none() | st.floats(), max_size=40))
def test_nan_and_infinities_are_counted_apart(values):
    column = number_column(pl.Series(values, dtype=pl.Float64))
    known = [value for value in values if value is not None]
    finite = [value for value in known if math.isfinite(value)]
    assert column.nulls == len(values) - len(known)
    assert column.nan == sum(map(math.isnan, known))
    assert column.infinite == sum(map(math.isinf, known))
    assert column.distinct == len({value for value in known if not math.isnan(value)})
    assert (column.min, column.max) == ((min(finite), max(finite)) if finite else (None, None))
    for figure in (column.mean, column.std, column.q1, column.median, column.q3, column.skew):
        assert figure is None or math.isfinite(figure)


@given(
    st.one_of(
        st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), max_size=80),
        st.lists(st.integers(-(2**63), 2**63 - 1), max_size=80),
        st.lists(st.integers(0, 5), max_size=80),
    )
)
@settings(max_examples=300)
def test_a_histogram_counts_every_value_once_between_rising_edges(values):
    ordered = np.sort(np.array(values))
    drawn = histogram(ordered)
    if drawn is None:
        assert not values or not math.isfinite(float(ordered[-1]) - float(ordered[0]))
        return
    assert drawn.below + sum(drawn.counts) + drawn.above == len(values)
    assert all(low <= high for low, high in zip(drawn.edges, drawn.edges[1:], strict=False))
    assert len(drawn.edges) == len(drawn.counts) + 1 <= 31
    assert min(drawn.counts) >= 0


@given(st.lists(st.integers(0, 500), min_size=1, max_size=300))
def test_bins_of_whole_numbers_hold_what_their_edges_say(values):
    drawn = histogram(np.sort(np.array(values)))
    counted = Counter(values)
    for place, count in enumerate(drawn.counts):
        low, high = drawn.edges[place], drawn.edges[place + 1]
        assert count == sum(counted[value] for value in counted if low <= value < high)


def test_a_few_extremes_do_not_squash_the_histogram():
    values = np.sort(np.concatenate([np.arange(1_000.0), [1e9]]))
    drawn = histogram(values)
    assert drawn.above > 0
    assert drawn.edges[-1] < 1_001


def test_one_value_has_no_spread():
    column = number_column(pl.Series([7]))
    assert (column.mean, column.std, column.skew, column.q1) == (7.0, None, None, 7.0)


def test_equal_values_have_no_spread_however_they_round():
    column = number_column(pl.Series([0.1] * 1_000))
    assert (column.std, column.skew, column.distinct) == (0.0, None, 1)


def test_no_values_have_no_figures():
    column = number_column(pl.Series([], dtype=pl.Float64))
    assert (column.mean, column.sum, column.histogram, column.distinct) == (None, None, None, 0)


def test_sums_beyond_64_bit_floats_are_absent_and_say_so():
    column = number_column(pl.Series([1e308, 1e308, -1.0]))
    assert (column.sum, column.mean) == (None, None)
    assert column.note == "The sum is beyond the range of a 64-bit float."


def test_decimals_are_counted_exactly():
    values = [Decimal("0.1000000000000000001"), Decimal("0.1"), None, Decimal("0.1")]
    column = number_column(pl.Series(values, dtype=pl.Decimal(38, 20)))
    assert (column.distinct, column.nulls, column.min) == (2, 1, 0.1)
    assert column.type == "Decimal(precision=38, scale=20)"


@pytest.mark.parametrize("dtype", [pl.Float32, pl.Int8, pl.UInt16, pl.Int64])
def test_small_types_are_summed_without_overflow(dtype):
    column = number_column(pl.Series([100] * 100_000, dtype=dtype))
    assert column.sum == 10_000_000
    assert column.mean == 100


def test_lengths_of_time_are_in_seconds():
    column = number_column(pl.Series([1_500, None, 500]).cast(pl.Duration("ms")))
    assert (column.sum, column.max, column.nulls) == (2.0, 1.5, 1)

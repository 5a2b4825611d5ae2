"""When two results are equal, and what is said when they are not."""

import pytest

from modelyard.datasets.benchmark.comparison import find_difference
from modelyard.datasets.benchmark.figures import Figure, Value, key_text, plain
from modelyard.datasets.benchmark.plan import ColumnPlan, Plan

PLAN = Plan(
    rows=1_000,
    columns=(
        ColumnPlan("size", "number", "Float64", magnitude=100.0),
        ColumnPlan("small", "number", "Float32", single_precision=True, magnitude=100.0),
    ),
    group=None,
    filter=None,
    sort=None,
    notes=(),
)


def difference(
    polars: Value, pandas: Value, name: str = "mean", column: str = "size"
) -> str | None:
    one, other = Figure("", column, name, polars), Figure("", column, name, pandas)
    return find_difference([one], [other], PLAN)


@pytest.mark.parametrize(
    ("polars", "pandas"),
    [(3, 3), (3, 3.0), ("a", "a"), (None, None), (True, True), (1.0, 1.0 + 5e-10), (0.0, -0.0)],
)
def test_equal_values_have_no_difference(polars: Value, pandas: Value) -> None:
    assert difference(polars, pandas) is None


@pytest.mark.parametrize(
    ("polars", "pandas"),
    [(3, 4), (2**53 + 1, float(2**53)), ("a", "A"), (None, 0), (1.0, 1.0 + 5e-9), (1.0, None)],
)
def test_other_values_are_told_with_column_figure_and_both_values(
    polars: Value, pandas: Value
) -> None:
    assert difference(polars, pandas) == f"size, mean: Polars {polars!r}, pandas {pandas!r}"


def test_rounding_noise_of_a_mean_around_zero_is_no_difference() -> None:
    assert difference(1e-17, -3e-16) is None
    assert difference(1e-17, -3e-16, name="max") is not None


def test_columns_of_32_bit_floats_are_compared_to_their_accuracy() -> None:
    assert difference(1.0, 1.000001, column="small") is None
    assert difference(1.0, 1.001, column="small") is not None


def test_the_order_of_groups_does_not_count_but_a_missing_one_does() -> None:
    aa, bb = Figure("k is 'AA'", "size", "mean", 1.0), Figure("k is 'BB'", "size", "mean", 2.0)
    assert find_difference([aa, bb], [bb, aa], PLAN) is None
    assert find_difference([aa, bb], [aa], PLAN) == (
        "size, mean where k is 'BB': only Polars has it, 2.0"
    )
    assert find_difference([aa], [aa, bb], PLAN) == (
        "size, mean where k is 'BB': only pandas has it, 2.0"
    )


def test_missing_and_endless_numbers_are_written_alike() -> None:
    assert plain(float("nan")) is None
    assert plain(float("-inf")) == "-infinity"
    assert key_text(3.0) == key_text(3) == "3"
    assert key_text(float("nan")) == key_text(None) == "missing"
    assert key_text("missing") != key_text(None)

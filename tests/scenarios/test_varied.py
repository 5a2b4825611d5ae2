"""Sensitivity, grids and goal seeking: built in for every model."""

import pytest

from modelyard.errors import Denied, Invalid
from modelyard.scenarios.goal_seek import seek
from modelyard.scenarios.grid import make_grid

SQUARE = """
@what_if
def square(x: Annotated[float, Number(minimum=-10, maximum=10)] = 3.0) -> float:
    return x * x
"""


def test_a_tornado_has_the_longest_bar_first(example):
    found = example["dcf"].sensitivity("enterprise_value")
    assert [bar.parameter for bar in found.bars] == ["wacc", "cash_flows", "growth", "net_debt"]
    wacc = found.bars[0]
    assert (wacc.low_value, wacc.high_value) == (pytest.approx(0.072), pytest.approx(0.088))
    assert wacc.low == example["dcf"].run(wacc=wacc.low_value)["enterprise_value"]
    assert found.middle == example["dcf"].run()["enterprise_value"]
    assert found.as_json()["bars"][0]["swing"] == wacc.swing


def test_a_tornado_keeps_within_bounds_and_leaves_locked_ones(house):
    found = house.sensitivity(swing=0.9)
    assert {bar.parameter for bar in found.bars} == {"price", "deposit"}
    deposit = next(bar for bar in found.bars if bar.parameter == "deposit")
    assert (deposit.low_value, deposit.high_value) == (5_000, 95_000)


def test_a_bar_where_the_model_fails_says_why(load):
    model = load(
        "@what_if\ndef f(x: float = 1.0, y: float = 2.0) -> float:\n    return y / (x - 0.9)"
    )
    bar = next(bar for bar in model.sensitivity().bars if bar.parameter == "x")
    assert bar.low is None
    assert "divides by zero" in bar.faults[0]


def test_choices_are_tried_one_after_the_other(load):
    model = load("""
@what_if
def f(way: Literal["a", "b", "c"] = "a", x: int = 5) -> int:
    return x * {"a": 2, "b": 1, "c": 3}[way]
""")
    bars = {bar.parameter: bar for bar in model.sensitivity().bars}
    assert (bars["way"].low_value, bars["way"].high_value) == ("b", "c")
    assert (bars["x"].low_value, bars["x"].high_value) == (4, 6)


def test_a_grid_has_all_combinations(example):
    found = example["loan"].grid({"rate": "4%..8% in 3", "months": "180,360"})
    assert [str(value) for value in found.column("payment")] == [
        "2219.06", "1432.25", "2531.57", "1798.65", "2866.96", "2201.29",
    ]  # fmt: skip
    assert found.as_json()["axes"] == {"rate": ["0.04", "0.06", "0.08"], "months": [180, 360]}


def test_a_cell_where_the_model_fails_says_why(load):
    model = load("@what_if\ndef f(x: float = 1.0) -> float:\n    return 1 / x")
    found = model.grid({"x": [-1, 0, 1]})
    assert found.column("result") == [-1.0, None, 1.0]
    assert "divides by zero" in found.cells[1].fault


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ({}, "one or two parameters"),
        ({"rate": "1%", "months": "1", "extra": "1"}, "one or two parameters"),
        ({"rate": "0%..100% in 200", "months": "1..600 in 600"}, "1 to 10,000 cells, not 120,000"),
        ({"rate": "x"}, "'x' is not a number"),
        ({"rate": "1%..2% in x"}, "is no range"),
    ],
)
def test_a_grid_that_is_none_is_refused(example, axes, words):
    with pytest.raises(Invalid, match=words):
        make_grid(example["loan"], {}, axes)


def test_goal_seek_finds_the_rate_of_a_payment(example):
    found = example["loan"].goal_seek("payment", "1995.91", "rate", rate="5%")
    assert found.is_found
    assert str(found.value) == "0.07"
    assert found.words == "7% gives 1,995.91 USD."


def test_goal_seek_says_plainly_that_there_is_no_solution(example):
    found = example["loan"].goal_seek("payment", 10, "rate")
    assert not found.is_found
    assert found.words == (
        "No solution: for rate from 0% to 100%, payment lies between 833.33 USD and "
        "25,000.00 USD, never at 10.00 USD."
    )


def test_goal_seek_of_a_whole_number_gives_the_nearest(example):
    found = example["loan"].goal_seek("payment", 3000, "months")
    assert not found.is_found
    assert found.value == 151
    assert "No value of months gives exactly 3,000.00 USD: the nearest, 151 months" in found.words


def test_goal_seek_is_as_exact_as_floats(example):
    found = example["dcf"].goal_seek("enterprise_value", 250_000, "wacc")
    assert example["dcf"].run(wacc=found.value)["enterprise_value"] == pytest.approx(
        250_000, rel=1e-12
    )


def test_of_several_solutions_the_nearest_is_given(load):
    model = load(SQUARE)
    found = model.goal_seek("result", 4, "x")
    assert found.value == pytest.approx(2)
    assert found.solutions == 2
    assert model.goal_seek("result", 4, "x", x=-5).value == pytest.approx(-2)
    assert not model.goal_seek("result", -1, "x").is_found


def test_a_jump_over_the_target_is_no_solution(load):
    model = load("@what_if\ndef f(x: float = 3.0) -> float:\n    return 1 / x")
    assert not model.goal_seek("result", 0, "x").is_found
    assert model.goal_seek("result", -2, "x").value == pytest.approx(-0.5)


def test_what_is_locked_or_no_number_is_not_searched(house, example):
    with pytest.raises(Denied, match="fee: is locked"):
        seek(house, {}, output="result", target=1, by="fee")
    with pytest.raises(Denied, match="borrowed: follows from others"):
        seek(house, {}, output="result", target=1, by="borrowed")
    with pytest.raises(Invalid, match="schedule: is a table, not a number"):
        seek(example["loan"], {}, output="schedule", target=1, by="rate")


def test_what_is_derived_follows_while_searching(house):
    found = house.goal_seek("result", "81600", "price")
    assert found.value == 130_000

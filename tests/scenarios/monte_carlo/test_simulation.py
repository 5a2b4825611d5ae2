"""Monte Carlo: seeded, within bounds, the same however it is worked out."""

import numpy as np
import pytest

from modelyard.errors import Denied, Invalid
from modelyard.scenarios.monte_carlo import Effort, Experiment, parse_distribution, simulate
from modelyard.scenarios.monte_carlo.spread import spread_of

LINE = """
@what_if{decorator}
def line(
    x: Annotated[float, Number(minimum=0, maximum=10)] = 1.0,
    n: Annotated[int, Integer(minimum=1, maximum=5)] = 2,
    way: Literal["up", "down"] = "up",
) -> float:
    return x * n if way == "up" else -x * n
"""
BOTH = {"x": "normal(5, 2)", "n": "uniform(1, 5)"}


def drawn(model, distributions, **effort):
    return simulate(model, {}, Experiment(distributions, 4000, 7), Effort(**effort))


def test_equal_seeds_give_equal_figures_in_whatever_way(load):
    once = drawn(load(LINE.format(decorator="(vectorised=True)")), BOTH)
    scalar = load(LINE.format(decorator="(vectorised=False)"))
    alone = drawn(scalar, BOTH, processes=1)
    spread = drawn(scalar, BOTH, processes=2)
    assert (once.way, alone.way) == ("vectorised", "one by one")
    assert once.spreads == alone.spreads == spread.spreads
    assert once.spreads == drawn(load(LINE.format(decorator="(vectorised=True)")), BOTH).spreads


def test_processes_give_the_same_as_one(load):
    model = load("""
import time
@what_if
def slow(x: Annotated[Decimal, Money("USD")] = Decimal(1), way: Literal["a", "b"] = "a",
         ) -> Annotated[Decimal, Money("USD")]:
    print("noise")
    time.sleep(0.001)
    if x > 120:
        raise ValueError("too much")
    return cents(x * (2 if way == "a" else 3))
""")
    asked = Experiment({"x": "normal(100, 10)", "way": "choice(a: 3, b: 1)"}, 1500, 1)
    alone = simulate(model, {}, asked, Effort(processes=1))
    spread = simulate(model, {}, asked, Effort(processes=2))
    assert spread.way == "in 2 processes"
    assert spread.spreads == alone.spreads
    assert spread.failed == alone.failed > 0
    assert "ValueError: too much" in spread.fault


def test_another_parameter_beside_it_changes_no_stream(load):
    model = load(LINE.format(decorator=""))
    alone, both = drawn(model, {"x": BOTH["x"]}), drawn(model, BOTH)
    assert np.array_equal(alone.inputs.columns["x"], both.inputs.columns["x"])


def test_draws_keep_within_bounds_and_kinds(load):
    found = drawn(load(LINE.format(decorator="")), BOTH)
    x, n = found.inputs.columns["x"], found.inputs.columns["n"]
    assert x.min() >= 0
    assert x.max() <= 10
    assert found.redrawn["x"] > 0
    assert set(n) == {1, 2, 3, 4, 5}


def test_bounds_that_name_drawn_parameters_hold_for_every_draw(house):
    found = drawn(house, {"price": "uniform(100000, 200000)", "deposit": "uniform(40000, 90000)"})
    columns = found.inputs.columns
    assert np.all(columns["deposit"] <= columns["price"] * 0.5)
    assert np.allclose(columns["borrowed"], columns["price"] - columns["deposit"])
    assert found.spreads["result"].count == 4000


def test_choices_are_drawn_by_weight_also_at_once(load):
    model = load("""
@what_if(vectorised=True)
def f(way: Literal["a", "b"] = "a", x: float = 1.0) -> float:
    return x + (10.0 if way == "b" else 0.0)
""")
    found = drawn(model, {"way": "choice(a: 3, b: 1)", "x": "uniform(0, 1)"})
    assert found.probability("result", 5) == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize(
    ("text", "mean", "std"),
    [
        ("normal(3, 2)", 3, 2),
        ("lognormal(3, 2)", 3, 2),
        ("uniform(0, 6)", 3, 6 / 12**0.5),
        ("triangular(0, 3, 6)", 3, 1.5**0.5),
        ("pert(0, 3, 6)", 3, 6 * (9 / (36 * 7)) ** 0.5),
    ],
)
def test_distributions_have_their_mean_and_spread(text, mean, std):
    values = parse_distribution("here", text).draw(np.random.default_rng(1), 200_000)
    assert values.mean() == pytest.approx(mean, abs=0.02)
    assert values.std() == pytest.approx(std, rel=0.02)


def test_distributions_may_be_json():
    read = parse_distribution("here", {"distribution": "normal", "mean": 0.07, "std": 0.01})
    assert read == parse_distribution("here", "normal(7%, 1%)")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("normal(1)", "normal takes 2 numbers: mean, std"),
        ("gauss(1, 2)", "is no distribution. Known: normal"),
        ("normal(1, x)", "'x' is not a number"),
        ("normal(1, 0)", "std must be above 0"),
        ("uniform(2, 1)", "low must be below high"),
        ("triangular(1, 5, 2)", "low, mode and high must be in this order"),
        ("lognormal(-1, 1)", "mean and std must be above 0"),
        ("choice()", "there is no value to choose"),
        ("normal(nan, 1)", "needs finite numbers"),
        ({"distribution": "normal", "mean": 1}, "is no distribution"),
        (5, "is no distribution"),
    ],
)
def test_what_is_no_distribution_is_said(raw, words):
    with pytest.raises(Invalid, match=words):
        parse_distribution("here", raw)


def test_the_figures_are_those_of_numpy():
    values = np.random.default_rng(3).normal(size=10_001)
    found = spread_of(values)
    for name, value in found.percentiles.items():
        assert value == pytest.approx(np.percentile(values, float(name)), rel=1e-12)
    assert found.mean == pytest.approx(values.mean())
    assert found.std == pytest.approx(values.std(ddof=1))
    last = found.convergence[-1]
    assert (last.draws, last.mean) == (10_001, pytest.approx(found.mean))
    assert last.error == pytest.approx(found.standard_error)
    assert sum(found.histogram.counts) == pytest.approx(0.98 * 10_001, abs=5)


def test_one_draw_and_equal_draws_are_described_too():
    assert spread_of(np.array([3.0])).std == 0
    assert spread_of(np.array([3.0, 3.0, np.nan])).missing == 1
    assert spread_of(np.array([np.nan])) is None


def test_the_example_is_vectorised_and_near_its_middle(example):
    found = example["dcf"].monte_carlo({"growth": "normal(2.5%, 0.1%)"}, draws=20_000)
    assert found.way == "vectorised"
    middle = example["dcf"].run()["enterprise_value"]
    assert found.spreads["enterprise_value"].mean == pytest.approx(middle, rel=0.01)


def test_a_model_that_only_seems_vectorised_is_found_out(load):
    text = """
@what_if{}
def f(x: float = 1.0) -> float:
    import numpy as np
    return x - np.mean(x)
"""
    assert drawn(load(text.format("")), {"x": "normal(0, 1)"}).way == "one by one"
    with pytest.raises(Invalid, match="is another figure when all draws are worked out at once"):
        drawn(load(text.format("(vectorised=True)")), {"x": "normal(0, 1)"})


def test_failed_draws_are_counted_and_left_out(load):
    code = "return (x - 0.5) ** 0.5 if x > 0.5 else 1 / 0"
    model = load(f"@what_if\ndef f(x: float = 1.0) -> float:\n    {code}")
    found = drawn(model, {"x": "uniform(0, 1)"})
    assert found.failed == pytest.approx(2000, abs=150)
    assert found.spreads["result"].count == 4000 - found.failed
    assert "divides by zero" in found.fault
    with pytest.raises(Invalid, match=r"every draw failed. The first: .*divides by zero"):
        drawn(model, {"x": "uniform(0, 0.4)"})


@pytest.mark.parametrize(
    ("distributions", "words"),
    [
        ({}, "nothing is drawn"),
        ({"x": "normal(500, 1)"}, "almost wholly outside the parameter's bounds"),
        ({"way": "normal(1, 1)"}, "is a choice: draw it with choice"),
        ({"way": "choice(up, left)"}, "'left' is not among the choices"),
        ({"n": "choice(9)"}, "leaves its bounds in"),
    ],
)
def test_what_cannot_be_drawn_is_said(load, distributions, words):
    with pytest.raises(Invalid, match=words):
        drawn(load(LINE.format(decorator="")), distributions)


def test_what_is_locked_or_derived_is_not_drawn(house):
    with pytest.raises(Denied, match="fee: is locked"):
        drawn(house, {"fee": "normal(2%, 1%)"})
    with pytest.raises(Denied, match="borrowed: follows from others"):
        drawn(house, {"borrowed": "normal(2, 1)"})

"""What people put in is read strictly, and what is wrong is said plainly."""

import math
from decimal import Decimal

import pytest

from modelyard.errors import Denied, Invalid
from modelyard.scenarios.describe import parameter_of
from modelyard.scenarios.expression import parse_expression
from modelyard.scenarios.inputs import look_over
from modelyard.scenarios.reading import read_value


def described(**told):
    return parameter_of("here", "x", told)


@pytest.mark.parametrize(
    ("raw", "told", "value"),
    [
        ("1234.5", {"kind": "number"}, 1234.5),
        ("1e6", {"kind": "number"}, 1e6),
        (" 5 % ", {"kind": "percent", "exact": True}, Decimal("0.05")),
        (0.07, {"kind": "percent", "exact": True}, Decimal("0.07")),
        ("12.34 USD", {"kind": "money", "unit": "USD", "exact": True}, Decimal("12.34")),
        ("USD 12.34", {"kind": "money", "unit": "USD", "exact": True}, Decimal("12.34")),
        (12, {"kind": "money", "exact": True}, Decimal(12)),
        ("360 months", {"kind": "integer", "unit": "months"}, 360),
        (360.0, {"kind": "integer"}, 360),
        ("-0", {"kind": "integer"}, 0),
        (" b ", {"kind": "choice", "choices": ("a", "b")}, "b"),
    ],
)
def test_values_are_read_as_people_and_programs_write_them(raw, told, value):
    read = read_value("here", described(**told), raw)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("raw", "told", "words"),
    [
        ("1,5", {"kind": "number"}, "Write a point before decimals"),
        ("five", {"kind": "number"}, "'five' is not a number"),
        ("5%", {"kind": "number"}, "is in '%': it has no unit"),
        ("5 EUR", {"kind": "money", "unit": "USD"}, "is in 'EUR': expected USD"),
        ("5 EUR", {"kind": "percent"}, "expected a share such as 0.05 or 5%"),
        ("", {"kind": "number", "unit": "kg"}, "is missing. Give a number in kg"),
        (None, {"kind": "date"}, "is missing"),
        (True, {"kind": "integer"}, "is not a number"),
        ([1], {"kind": "integer"}, "is not a number"),
        (math.inf, {"kind": "number"}, "is not a finite number"),
        (math.nan, {"kind": "number"}, "is not a finite number"),
        ("1e999", {"kind": "number"}, "is too large"),
        (10**400, {"kind": "number"}, "is too large"),
        ("1e25", {"kind": "money", "exact": True}, "is too large"),
        ("1.005", {"kind": "money", "exact": True}, "1.005 has more than 2 decimals"),
        ("1.5", {"kind": "integer"}, "1.5 is not a whole number"),
        ("2026-02-30", {"kind": "date"}, "there is no day 2026-02-30"),
        ("1.2.2026", {"kind": "date"}, "Write it as 2026-12-31"),
        ("c", {"kind": "choice", "choices": ("a", "b")}, "Choose one of: a, b"),
        (3, {"kind": "text"}, "must be a text"),
        ("x" * 10_001, {"kind": "text"}, "must be a text"),
    ],
)
def test_what_is_no_such_value_is_refused_in_words(raw, told, words):
    with pytest.raises(Invalid, match=words):
        read_value("here", described(**told), raw)


def test_money_has_no_cents_that_a_float_made_up():
    amount = described(kind="money", exact=True)
    assert str(read_value("here", amount, 0.1)) == "0.1"
    assert str(read_value("here", amount, 1995.91)) == "1995.91"


def test_bounds_may_name_other_parameters(house):
    with pytest.raises(Invalid, match=r"deposit: 60001 is above the maximum 60000.0 \(price \* 0"):
        house.run(price=120_000, deposit=60_001)


def test_a_derived_parameter_follows_and_cannot_be_moved(house):
    answer = house.run(price=100_000, deposit=40_000)
    assert answer.values["borrowed"] == 60_000
    assert answer["result"] == Decimal("61200.00")
    assert house.run(price=100_000, deposit=40_000, borrowed=60_000)["result"] == answer["result"]
    with pytest.raises(Denied, match="borrowed: follows from others: price - deposit"):
        house.run(borrowed=1)


def test_a_locked_parameter_keeps_its_value(house):
    assert house.run(fee="2%")["result"] == Decimal("153000.00")
    with pytest.raises(Denied, match="scenarios/house/fee: is locked at 2%"):
        house.run(fee="3%")


def test_all_faults_of_a_form_are_known_at_once(house):
    values, faults = look_over(
        house.where, house.parameters, {"price": "x", "fee": 1, "nonsense": 2}
    )
    assert set(faults) == {"price", "fee", "nonsense"}
    assert values == {}  # what depends on the price is not judged


def test_an_unknown_name_is_answered_with_the_nearest(house):
    with pytest.raises(Invalid, match=r"is no parameter. Did you mean 'deposit'"):
        house.run(deposti=1)


def test_seven_for_seven_percent_is_explained(example):
    with pytest.raises(Invalid, match=r"7 is above the maximum 1. For 7 percent write 7% or 0.07"):
        example["loan"].run(rate=7)


def test_the_largest_value_of_a_float_bound_is_allowed(load):
    model = load(
        "@what_if\ndef f(x: Annotated[float, Number(maximum='0.1')] = 0.1) -> float:\n    return x"
    )
    assert model.run(x="0.1")["result"] == 0.1


@pytest.mark.parametrize(
    "text", ["a.b", "a[0]", "lambda: 1", "a ** b", "'a'", "f(a)", "min()", "a if b else c", "(", ""]
)
def test_formulas_are_arithmetic_only(text):
    with pytest.raises(Invalid, match="is not a formula"):
        parse_expression("here", text)


def test_formulas_are_worked_out_exactly_or_in_floats():
    formula = parse_expression("here", "max(a, 1) * (b - 0.1) / -2 + abs(a)")
    assert formula.names == ("a", "b")
    assert formula.value({"a": Decimal(3), "b": Decimal("0.3")}, True) == Decimal("2.7")
    assert formula.value({"a": 3, "b": 0.3}, False) == pytest.approx(2.7)

"""A model is worked out; whatever goes wrong in it is said with its line."""

import time
from decimal import Decimal

import pytest

from modelyard.errors import Invalid, Unavailable
from modelyard.scenarios.execute import execute

F = "@what_if\ndef f(x: float = 1.0) -> {}:\n    {}\n"


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("float", "return 1 / (x - 1)", "line 11: divides by zero."),
        ("Decimal", "return Decimal(1) / 0", "line 11: divides by zero."),
        ("Decimal", "return Decimal(0) / 0", "a decimal operation has no result"),
        ("float", "return 10.0 ** 400", "line 11: a number is too large: it overflowed."),
        ("float", "return x * 1e308 * 10", "f/result: is inf: it overflowed"),
        ("float", "return float('nan')", "f/result: is nan"),
        ("float", "return [][0]", "line 11: IndexError: list index out of range."),
        ("float", "raise SystemError", "line 11: SystemError."),
        ("float", "return f(x)", "calls itself too deeply"),
        ("float", "return None", "result: has no value. Declare it as"),
        ("float", "return '1'", "is a str, and a number"),
        ("float", "return True", "is a bool, and a number"),
        ("float", "return [1.0]", "is a list, and a number"),
        ("int", "return 1.5", "1.5 is not a whole number"),
        ("str", "return 1", "is a int, and a text was declared"),
        ("date", "return 'today'", "is a str, and a date was declared"),
        ("Decimal", "return 1.5", "1.5 is a float, and this output is exact"),
        ("Annotated[Decimal, Money()]", "return Decimal('1.234')", "more than 2 decimals. Round"),
        ("Annotated[Decimal, Money()]", "return cents(1.5)", "TypeError: cents.. takes a Decimal"),
    ],
)  # fmt: skip
def test_faults_of_a_model_are_words(load, kind, code, words):
    with pytest.raises(Invalid, match=words):
        load(F.format(kind, code)).run()


TABLE = """
@dataclass
class Line:
    a: int
    b: float

@what_if
def f(x: int = 1) -> list[Line]:
    return {}
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("5", "is a int, and a table"),
        ("[5]", "row 1: has not the columns a, b"),
        ("[{'a': 1}]", "row 1: has not the columns a, b"),
        ("[{'a': 1, 'b': 2, 'c': 3}]", "row 1: has not the columns a, b"),
        ("{'a': [1, 2], 'b': [1]}", "its columns differ in length"),
        ("[Line(1, 1.0), Line(1, float('inf'))]", "row 2, b: is inf"),
    ],
)
def test_a_table_of_another_shape_is_refused(load, code, words):
    with pytest.raises(Invalid, match=words):
        load(TABLE.format(code)).run()


@pytest.mark.parametrize(
    "code",
    [
        "[Line(1, 2.0)]",
        "[{'a': 1, 'b': 2}]",
        "{'a': [1], 'b': [2.0]}",
        "__import__('polars').DataFrame({'a': [1], 'b': [2.0]})",
        "{'a': __import__('numpy').array([1]), 'b': __import__('numpy').array([2.0])}",
    ],
)
def test_tables_may_be_given_in_many_ways(load, code):
    assert load(TABLE.format(code)).run()["result"] == [{"a": 1, "b": 2.0}]


def test_outputs_that_were_not_promised_are_refused(load):
    text = "class R(TypedDict):\n    a: int\n@what_if\ndef f() -> R:\n    return {}"
    with pytest.raises(Invalid, match="the model gave 'b', which it did not declare"):
        load(text.format("{'a': 1, 'b': 2}")).run()
    with pytest.raises(Invalid, match="did not give the output 'a'"):
        load(text.format("{}")).run()
    with pytest.raises(Invalid, match="gave a int where it declared named outputs"):
        load(text.format("3")).run()


def test_a_model_that_hangs_is_given_up_and_ended(load):
    model = load("@what_if\ndef f() -> int:\n    while True:\n        pass")
    with pytest.raises(Unavailable, match=r"scenarios/f: did not finish within 0.2 seconds"):
        execute(model, timeout_s=0.2)


def test_a_model_that_catches_everything_is_ended_too(load):
    model = load("""
import time
@what_if
def f() -> int:
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            pass
""")
    with pytest.raises(Unavailable):
        execute(model, timeout_s=0.1)
    time.sleep(0)


def test_an_answer_crosses_json_without_loss(example):
    content = example["loan"].run(principal="1000.10", months=12).as_json()
    assert content["inputs"]["principal"] == "1000.10"
    assert content["outputs"]["payment"] == "86.54"
    assert example["loan"].run(**content["inputs"]).as_json() == content


def test_money_of_an_exact_model_is_decimal(example):
    answer = example["loan"].run()
    assert isinstance(answer["payment"], Decimal)
    assert answer["total_interest"] == sum(line["interest"] for line in answer["schedule"])


def test_the_digest_is_that_of_the_code(load):
    one = load("@what_if\ndef f() -> int:\n    return 1")
    other = load("@what_if\ndef f() -> int:\n    return 2")
    assert len(one.digest) == 64
    assert one.digest != other.digest
    assert (one.run()["result"], other.run()["result"]) == (1, 2)

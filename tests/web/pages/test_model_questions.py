"""What is typed or pasted, as a model means it."""

import pytest
from werkzeug.datastructures import MultiDict

from modelyard.models.description import Description, Field, Plan, Signature
from modelyard.web.pages.models.questions import (
    key_of,
    nulls_of,
    questions_of,
    read_value,
    record_of,
    written,
)
from modelyard.web.pages.models.sheet import read_sheet
from modelyard.web.pages.models.snippets import _m_text

NUMBER, TEXT = Field(name="n"), Field(name="t", kind="text")
TRUTH = Field(name="b", kind="boolean", is_nullable=True)
STRICT = Field(name="s", kind="text", categories=("x", "y"), refuses_unknown=True, is_nullable=True)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (NUMBER, "3", 3),
        (NUMBER, " -3.5 ", -3.5),
        (NUMBER, "3,5", 3.5),
        (NUMBER, "1,234.5", "1,234.5"),
        (NUMBER, "1e3", 1000.0),
        (NUMBER, "", None),
        (NUMBER, "٣", 3.0),
        (NUMBER, "0x10", "0x10"),
        (NUMBER, "9" * 400, int("9" * 400)),
        (TEXT, "", ""),
        (TEXT, " a ", " a "),
        (STRICT, "", None),
        (STRICT, "x", "x"),
        (TRUTH, "True", True),
        (TRUTH, "false", False),
        (TRUTH, "", None),
        (TRUTH, "maybe", "maybe"),
    ],
)
def test_a_typed_value_is_read_as_its_input_means_it(field, text, value):
    assert read_value(field, text) == value
    assert type(read_value(field, text)) is type(value)


def test_a_record_comes_back_as_it_was_typed():
    nullable = Field(name="free", kind="text", is_nullable=True)
    unused = Field(name="_version", is_used=False)
    fields = (NUMBER, nullable, unused)
    assert [key_of(one) for one in fields] == ["n", "free", "__version"]
    given = MultiDict([("n", "4"), ("free", ""), ("__version", "")])
    assert record_of(fields, given, []) == {"n": 4, "free": ""}
    record = record_of(fields, given, ["free"])
    assert record == {"n": 4, "free": None}
    assert nulls_of(fields, record) == ["free"]


def test_controls_fit_what_is_known_of_an_input():
    many = Field(
        name="m", kind="text", categories=tuple(map(str, range(100))), refuses_unknown=True
    )
    codes = Field(name="c", categories=(1, 2, 3))
    signature = Signature(fields=(NUMBER, TEXT, TRUTH, STRICT, many, codes), shape="columns")
    plan = Plan(runtime="onnx")
    found = Description(task="regression", estimator="x", signature=signature, plan=plan)
    made = {one.field.name: one for one in questions_of(found, {"s": "z"})}
    controls = {name: one.control for name, one in made.items()}
    expected = {"n": "number", "t": "text", "b": "select", "s": "select", "m": "text", "c": "text"}
    assert controls == expected
    assert made["s"].options == ("x", "y", "z")
    assert len(made["m"].options) == 100
    assert made["c"].hint == "known: 1, 2, 3"


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.0, "3"), (3.25, "3.25"), (True, "true"), (None, ""), (1e300, "1e+300"), ("a", "a")],
)
def test_a_value_is_written_as_one_types_it(value, text):
    assert written(value) == text


def test_what_a_sheet_would_take_for_a_formula_stays_a_text():
    pasted = 'name\tn\n"=HYPERLINK(""x"")"\t-3\n@cmd\t+4,5\n'
    text = read_sheet(pasted).text()
    assert "'=HYPERLINK" in text
    assert "\t-3\n" in text
    assert "'@cmd\t+4,5" in text


def test_quotes_and_escapes_in_names_stay_inside_a_text_of_power_query():
    assert _m_text('a"b') == '"a""b"'
    assert _m_text("#(lf)") == '"#(#)(lf)"'
    assert _m_text("a\nb") == '"a#(000A)b"'

"""The file beside a model is read strictly and adds what the model cannot say."""

import msgspec
import pytest

from modelyard.errors import Invalid
from modelyard.models.description import Description, Field, Plan, Signature
from modelyard.models.sidecar import apply_sidecar, parse_sidecar

MODEL = Description(
    task="regression",
    estimator="Ridge",
    signature=Signature(fields=(Field(name="age"), Field(name="income"))),
    plan=Plan(runtime="onnx"),
    example={"age": 1.0, "income": 2.0},
)
TEXT = """
title = "Rent"
outputs = ["rent"]
[fields.age]
description = "of the house"
unit = "years"
low = 0
high = 200
[example]
age = 30
income = 1000.0
"""


def test_it_describes_inputs_and_outputs() -> None:
    described = apply_sidecar(MODEL, parse_sidecar(TEXT, "rent.toml"), "rent.toml")
    age = described.signature.fields[0]
    assert (age.description, age.unit, age.low, age.high) == ("of the house", "years", 0.0, 200.0)
    assert described.outputs == ("rent",)
    assert described.example == {"age": 30, "income": 1000.0}


def test_it_names_the_inputs_of_a_model_without_names() -> None:
    unnamed = msgspec.structs.replace(
        MODEL, signature=msgspec.structs.replace(MODEL.signature, is_named=False)
    )
    sidecar = parse_sidecar('names = ["a", "b"]', "x.toml")
    described = apply_sidecar(unnamed, sidecar, "x.toml")
    assert described.signature.names == ("a", "b")
    assert described.example == {"a": 1.0, "b": 2.0}
    with pytest.raises(Invalid, match="the model has names of its own"):
        apply_sidecar(MODEL, sidecar, "x.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = ", "x.toml: is not TOML"),
        ('titel = "x"', "x.toml, titel: is not known. Did you mean 'title'"),
        ("title = 3", "x.toml, title: Expected `str`, got `int`"),
        (
            "[fields.age]\nunits = 'm'",
            "x.toml, fields.age, units: is not known. Did you mean 'unit'",
        ),
        ("[fields.age]\nlow = 'a'", r"x.toml, fields.*Expected `float"),
        ("[fields.age]\nlow = 3\nhigh = 2", "low 3 is above high 2"),
        ("[fields.aeg]\nunit = 'm'", "x.toml, fields, aeg: is not known. Did you mean 'age'"),
        ("outputs = ['a', 'b']", "x.toml, outputs: names 2; the model has 1"),
        ("[example]\nage = 'x'\nincome = 1", "x.toml, example: 'age' 'x' is not a number"),
        ("names = ['a']", "must be 2 different names"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        apply_sidecar(MODEL, parse_sidecar(text, "x.toml"), "x.toml")

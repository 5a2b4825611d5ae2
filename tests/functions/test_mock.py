"""Answers and stubs before there is code."""

import ast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.errors import Invalid, NotFound
from modelyard.functions.mock import mock
from modelyard.functions.stubs import missing_stubs, write_stubs


def mocked(yard, responses, status=""):
    yard.get("app.gone", responses=responses)
    return mock(yard.open().descriptions[0], status)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ({"example": {"a": 1}}, {"a": 1}),
        ({"examples": {"one": {"value": 3}}}, 3),
        ({"schema": {"type": "string", "examples": ["x", "y"]}}, "x"),
        ({"schema": {"type": "integer", "minimum": 5}}, 5),
        ({"schema": {"enum": ["b", "c"]}}, "b"),
        ({"schema": {"type": "array", "items": {"type": "boolean"}}}, [True]),
        ({"schema": {"oneOf": [{"type": "null"}, {"const": 7}]}}, 7),
        ({}, None),
    ],
)
def test_an_answer_is_the_example_or_fits_the_schema(yard, content, value):
    responses = {"200": {"description": "x", "content": {"application/json": content}}}
    assert msgspec.json.decode(mocked(yard, responses).whole()) == value


def test_other_answers_can_be_asked_for(yard):
    responses = {
        "200": {"description": "x", "content": {"text/plain": {"example": "hello"}}},
        "404": {"description": "x"},
        "default": {"description": "x", "content": {"application/json": {"example": 1}}},
    }
    assert mocked(yard, responses).body == b"hello"
    assert (mocked(yard, responses, "404").status, mocked(yard, responses, "404").body) == (
        404,
        b"",
    )
    assert mocked(yard, responses, "500").body == b"1"
    with pytest.raises(NotFound, match="no answer 404 is documented"):
        mocked(yard, {"200": responses["200"]}, "404")


LEAVES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "format": "date-time"},
        {"type": "string", "minLength": 3, "maxLength": 5},
        {"type": "integer", "exclusiveMinimum": 3},
        {"type": "integer", "maximum": -4},
        {"type": "number", "minimum": 0.5},
        {"type": ["null", "boolean"]},
        {"enum": [1, "a"]},
    ]
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "required": st.just(["a"]),
                "properties": st.fixed_dictionaries({"a": below, "b": below}),
            }
        ),
        st.fixed_dictionaries(
            {"type": st.just("array"), "items": below, "minItems": st.integers(0, 3)}
        ),
        st.fixed_dictionaries({"anyOf": st.lists(below, min_size=1, max_size=3)}),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(schema=SCHEMAS)
def test_what_is_made_from_a_schema_fits_it(tmp_path_factory, schema):
    import json

    from modelyard.functions.mock import value_for
    from modelyard.functions.references import Node, References
    from modelyard.functions.schemas import Book
    from modelyard.functions.source import source_of

    source = source_of(json.dumps(schema), "a.json")
    references = References(tmp_path_factory.getbasetemp(), lambda path: False)
    made = Book(references, "response").schema(Node(source, (), source.content), False)
    assert made.validator.is_valid(value_for(made))


def test_stubs_are_written_for_what_is_missing_and_nothing_else(yard, said, param):
    yard.document(
        {
            "/a/{id}": {
                "get": said(
                    "src.pets.get-pet",
                    summary='Give a pet. """',
                    parameters=[
                        param("limit", schema={"type": "integer", "default": 20}),
                        param("tags", schema={"type": "array", "items": {"type": "string"}}),
                        param("id", "path", schema={"type": "integer"}, required=True),
                    ],
                ),
                "put": said(
                    "src.pets.put",
                    parameters=[param("id", "path", required=True)],
                    requestBody={"required": True, "content": {"application/json": {}}},
                ),
            },
            "/b": {"get": said("src.pets.here")},
        }
    ).write(src__pets_py="from elsewhere import other\n\n\ndef here():\n    return 1\n")
    stubs = missing_stubs(yard.open())
    assert [(stub.file, stub.name) for stub in stubs] == [
        ("src/pets.py", "get_pet"),
        ("src/pets.py", "put"),
    ]
    write_stubs(yard.root, stubs)
    text = (yard.root / "src" / "pets.py").read_text()
    ast.parse(text)
    assert text.startswith("from elsewhere import other\n\n\ndef here():")
    assert "def get_pet(id: int, limit: int = 20, tags: list | None = None):" in text
    assert "def put(id: str, body):" in text
    (yard.root / "src" / "pets.py").write_text(text.replace("from elsewhere import other\n", ""))
    functions = yard.open()
    assert functions.faults == ()
    assert missing_stubs(functions) == []


@pytest.mark.parametrize(
    ("name", "words"), [("..evil.f", "is no name of a module"), ("src.a-b.f", "is no name of")]
)
def test_stubs_are_written_into_the_workspace_only(yard, name, words):
    yard.get(name)
    with pytest.raises(Invalid, match=words):
        missing_stubs(yard.open())


def test_a_file_that_is_not_python_is_left_alone(yard):
    yard.get().write(app_py="def answer(:")
    with pytest.raises(Invalid, match="line 1: is not Python"):
        missing_stubs(yard.open())

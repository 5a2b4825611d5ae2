"""A request becomes typed arguments, or a fault that names the parameter and the rule."""

import msgspec
import pytest

from modelyard.functions.faults import RequestFault
from modelyard.functions.request import Request, Upload

ONE = {"type": "integer", "minimum": 1, "maximum": 9}
MANY = {"type": "array", "items": {"type": "integer"}}
THING = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "integer"}, "12", 12),
        ({"type": "integer"}, "-3", -3),
        ({"type": "number"}, "2.5", 2.5),
        ({"type": "number"}, "4", 4.0),
        ({"type": "boolean"}, "true", True),
        ({"type": "boolean"}, "False", False),
        ({"type": "string"}, "12", "12"),
        ({"type": "string", "format": "date"}, "2024-02-01", "2024-02-01"),
        ({"type": ["integer", "null"]}, "null", None),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "x", "x"),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "7", 7),
        ({}, "12", "12"),
    ],
)
def test_text_becomes_what_the_schema_says(echo, param, schema, text, value):
    assert echo(param("n", schema=schema)).value(query=f"n={text}") == {"n": value}


@pytest.mark.parametrize(
    ("schema", "text", "rule"),
    [
        (ONE, "x", "type"),
        (ONE, "1.5", "type"),
        (ONE, "1e400", "type"),
        (ONE, "9" * 5000, "type"),
        (ONE, "0", "minimum"),
        (ONE, "10", "maximum"),
        ({"type": "integer", "format": "int32"}, "2147483648", "maximum"),
        ({"type": "number"}, "nan", "type"),
        ({"type": "number"}, "inf", "type"),
        ({"type": "boolean"}, "yes", "type"),
        ({"type": "string", "maxLength": 2}, "abc", "maxLength"),
        ({"type": "string", "enum": ["a"]}, "b", "enum"),
        ({"type": "string", "format": "date"}, "soon", "format"),
        ({"type": "string", "format": "uuid"}, "x", "format"),
        ({"type": "string", "pattern": "^a+$"}, "b", "pattern"),
        (MANY | {"maxItems": 2}, "1&n=2&n=3", "maxItems"),
        (MANY, "1&n=x", "type"),
    ],
)
def test_a_value_that_breaks_a_rule_is_named(echo, param, schema, text, rule):
    with pytest.raises(RequestFault) as caught:
        echo(param("n", schema=schema)).call(query=f"n={text}")
    fault = caught.value
    assert (fault.place, fault.parameter, fault.rule) == ("query", "n", rule)
    assert fault.where == "query parameter n"
    assert len(str(fault)) < 600


def test_3_0_words_have_their_meaning(yard, said, param):
    schema = {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "nullable": True}
    yard.document(
        {"/x": {"get": said("app.answer", parameters=[param("n", schema=schema)])}},
        openapi="3.0.3",
    ).write(app_py="def answer(n=9): return n")
    assert yard.value(query="n=1") == 1
    assert yard.value(query="n=null") is None
    with pytest.raises(RequestFault, match="n: 0 is "):
        yard.call(query="n=0")


@pytest.mark.parametrize(
    ("said", "query", "value"),
    [
        ({}, "n=1&n=2", [1, 2]),
        ({"explode": False}, "n=1,2", [1, 2]),
        ({"style": "pipeDelimited", "explode": False}, "n=1|2", [1, 2]),
        ({"style": "spaceDelimited", "explode": False}, "n=1%202", [1, 2]),
        ({}, "n=7", [7]),
    ],
)
def test_lists_in_the_query_have_their_style(echo, param, said, query, value):
    assert echo(param("n", schema=MANY, **said)).value(query=query) == {"n": value}


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ({"style": "deepObject"}, "n[a]=1&n[b]=2"),
        ({}, "a=1&b=2"),
        ({"explode": False}, "n=a,1,b,2"),
    ],
)
def test_objects_in_the_query_have_their_style(echo, param, said, query):
    assert echo(param("n", schema=THING, **said)).value(query=query) == {"n": {"a": 1, "b": "2"}}


@pytest.mark.parametrize(
    "case",
    [
        (MANY, {}, "1,2", [1, 2]),
        (MANY, {"style": "label"}, ".1,2", [1, 2]),
        (MANY, {"style": "label", "explode": True}, ".1.2", [1, 2]),
        (MANY, {"style": "matrix"}, ";n=1,2", [1, 2]),
        (MANY, {"style": "matrix", "explode": True}, ";n=1;n=2", [1, 2]),
        ({"type": "integer"}, {"style": "matrix"}, ";n=5", 5),
        ({"type": "integer"}, {"style": "label"}, ".5", 5),
        (THING, {}, "a,1,b,2", {"a": 1, "b": "2"}),
        (THING, {"explode": True}, "a=1,b=2", {"a": 1, "b": "2"}),
    ],
)
def test_path_parameters_have_their_style(echo, param, case):
    schema, said, text, value = case
    yard = echo(param("n", "path", schema=schema, required=True, **said), path="/x/{n}")
    assert yard.value(path_values={"n": text}) == {"n": value}


def test_headers_and_cookies_arrive_under_names_that_python_has(yard, param):
    yard.get(
        parameters=[
            param("X-Page-Size", "header", schema={"type": "integer"}),
            param("theme", "cookie"),
            param("filter[name]"),
            param("from", required=True),
            param("id", required=True),
            param("pageToken"),
        ]
    ).write(
        app_py="""
        def answer(from_, id_, x_page_size=0, theme="", filter_name_="", page_token=""):
            return [x_page_size, theme, filter_name_, from_, id_, page_token]
        """
    )
    assert yard.value(
        headers={"x-page-size": "5"},
        cookies={"theme": "dark"},
        query="filter%5Bname%5D=x&from=a&id=b&pageToken=t",
    ) == [5, "dark", "x", "a", "b", "t"]


def test_defaults_fill_in(echo, param):
    schema = {"type": "integer", "default": 20}
    assert echo(param("limit", schema=schema)).value() == {"limit": 20}


def test_json_in_a_parameter_is_read(yard):
    content = {"application/json": {"schema": THING}}
    yard.get(parameters=[{"name": "n", "in": "query", "content": content}])
    yard.write(app_py="def answer(n=None): return n")
    assert yard.value(query="n=%7B%22a%22:1%7D") == {"a": 1}
    with pytest.raises(RequestFault, match="is not JSON"):
        yard.call(query="n={")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "query parameter n: is missing."),
        ({"query": "n=1&n=2"}, "query parameter n: is given 2 times."),
        ({"query": "&".join(f"a{k}=1" for k in range(2000))}, "query: has more than 1000 fields."),
    ],
)
def test_a_query_that_cannot_be_read_is_named(echo, param, request_, words):
    with pytest.raises(RequestFault) as caught:
        echo(param("n", required=True)).call(**request_)
    assert str(caught.value) == words


def body_of(schema, media="application/json", **said):
    return {"required": True, "content": {media: {"schema": schema}}} | said


def test_a_body_arrives_as_body(yard):
    yard.post(requestBody=body_of(THING)).write(app_py="def answer(body: dict): return body")
    assert yard.value(body=b'{"a": 1}', headers={"content-type": "application/json"}) == {"a": 1}
    assert yard.value(body=b'{"a": 1}') == {"a": 1}, "without a type it is the first that is taken"


def test_a_body_may_have_another_name(yard):
    said = {"requestBody": body_of(THING), "x-body-name": "thing"}
    yard.post(**said).write(app_py="def answer(thing): return thing")
    assert yard.value(body=b'{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("request_", "rule", "words"),
    [
        ({}, "required", "body: is missing."),
        ({"body": b"{"}, "json", "is not JSON"),
        ({"body": b"\xff"}, "json", "is not JSON"),
        ({"body": b"[" * 100_000}, "json", "nested too deeply"),
        ({"body": b'{"a": "x"}'}, "type", 'body: a: "x" is not of type "integer".'),
        (
            {"body": b"<a/>", "headers": {"content-type": "text/xml; charset=x"}},
            "media type",
            "'text/xml' is not taken. Known: application/json.",
        ),
    ],
)
def test_a_body_that_breaks_the_document_is_named(yard, request_, rule, words):
    yard.post(requestBody=body_of(THING)).write(app_py="def answer(body): return body")
    with pytest.raises(RequestFault) as caught:
        yard.call(**request_)
    assert caught.value.rule == rule
    assert words in str(caught.value)


def test_what_is_read_only_need_not_be_sent_and_what_is_write_only_must_not_come_back(yard, good):
    schema = {
        "type": "object",
        "required": ["id", "password", "name"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "password": {"type": "string", "writeOnly": True},
            "name": {"type": "string"},
        },
    }
    yard.post(requestBody=body_of(schema), responses=good("application/json", schema)).write(
        app_py="""
        def answer(body):
            pet = {"id": 1, "name": body["name"]}
            return pet | {"password": "x"} if body["name"] == "leak" else pet
        """
    )
    assert yard.value(body=b'{"name": "a", "password": "x"}') == {"id": 1, "name": "a"}
    with pytest.raises(Exception, match="password"):
        yard.call(body=b'{"name": "leak", "password": "x"}')
    with pytest.raises(RequestFault, match='"password" is a required property'):
        yard.call(body=b'{"name": "a"}')


FORM = {
    "type": "object",
    "required": ["count"],
    "properties": {
        "count": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "file": {"type": "string", "format": "binary"},
    },
}


def test_a_form_arrives_as_a_whole_and_by_its_fields(yard):
    yard.post(requestBody=body_of(FORM, "application/x-www-form-urlencoded")).write(
        app_py="def answer(body, count=0, tags=()): return [body, count, tags]"
    )
    value = yard.value(
        headers={"content-type": "application/x-www-form-urlencoded"},
        form=[("count", "3"), ("tags", "a"), ("tags", "b")],
    )
    assert value == [{"count": 3, "tags": ["a", "b"]}, 3, ["a", "b"]]
    with pytest.raises(RequestFault, match='"count" is a required property'):
        yard.call(
            headers={"content-type": "application/x-www-form-urlencoded"}, form=[("tags", "a")]
        )


def test_files_of_a_form_arrive_as_uploads(yard):
    yard.post(requestBody=body_of(FORM, "multipart/form-data")).write(
        app_py="def answer(file=None, count=0): return [file.name, file.content.decode(), count]"
    )
    value = yard.value(
        headers={"content-type": "multipart/form-data; boundary=x"},
        form=[("count", "3")],
        files=[("file", Upload("../../etc/passwd", "text/plain", b"hello"))],
    )
    assert value == ["../../etc/passwd", "hello", 3]


@pytest.mark.parametrize(
    ("media", "content", "seen"),
    [("text/plain", b"h\xc3\xa9", "'hé'"), ("application/octet-stream", b"\x00", "b'\\x00'")],
)
def test_text_and_bytes_arrive_as_such(yard, media, content, seen):
    said = {"requestBody": {"required": True, "content": {media: {}}}}
    yard.post(**said).write(app_py="def answer(body): return [repr(body)]")
    assert yard.value(body=content, headers={"content-type": media}) == [seen]


def test_annotations_turn_values_into_what_they_name(yard, param):
    yard.post(
        parameters=[
            param("day", schema={"type": "string", "format": "date"}, required=True),
            param("id", schema={"type": "string", "format": "uuid"}, required=True),
            param("colour", required=True),
        ],
        requestBody=body_of(THING),
    ).write(
        app_py="""
        from __future__ import annotations
        import datetime, enum, uuid
        from dataclasses import dataclass
        class Colour(enum.Enum):
            RED = "red"
        @dataclass
        class Thing:
            a: int
            b: str = "usual"
        def answer(day: datetime.date, id: uuid.UUID, colour: Colour, body: Thing | None = None):
            return [day.year, id.int, colour.name, body.a, body.b]
        """
    )
    query = "day=2024-02-01&id=00000000-0000-4000-8000-000000000000&colour="
    identity = 0x4000_8000_0000_0000_0000
    assert yard.value(query=f"{query}red", body=b'{"a": 2}') == [2024, identity, "RED", 2, "usual"]
    with pytest.raises(RequestFault) as caught:
        yard.call(query=f"{query}blue", body=b'{"a": 2}')
    assert (caught.value.parameter, caught.value.rule) == ("colour", "annotation")


def test_a_request_can_be_kept_and_made_again():
    from modelyard.functions.request import from_json, to_json

    request = Request({"a": "1"}, "b=2", {"content-type": "x/y"}, {}, b"\x00\xff", [("c", "3")])
    kept = msgspec.json.decode(msgspec.json.encode(to_json(request)))
    again = from_json(kept)
    assert (again.path_values, again.query, again.body) == ({"a": "1"}, "b=2", b"\x00\xff")
    assert list(again.form) == [("c", "3")]

"""Whatever is sent, the answer is one, or a fault that names the parameter; never a failure."""

import sys

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelyard.functions.faults import RequestFault
from modelyard.functions.mock import mock
from modelyard.functions.request import Request, Upload

TEXT = st.text(max_size=20) | st.sampled_from(
    ["1", "-1", "1e9", "null", "true", "a,b", ";n=1", ".1", "%00", "[]", "{}", "\0", "9" * 500]
)
MEDIA = st.sampled_from(
    [
        "",
        "application/json",
        "application/json; charset=utf-8",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "text/plain",
        "x",
        "*/*",
        ";;",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below),
    max_leaves=8,
)
NAMES = ["n", "list", "object", "deep[a]", "deep[b][c]", "deep[", "json", "a", "b", "when"]
LIST = {"type": "array", "items": {"type": "integer"}}
OBJECT = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}}
SAFE = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def everything(yard, param):
    """An operation with a parameter of each sort, and each sort of body."""
    nullable = {"type": ["integer", "null"], "format": "int32"}
    contents = {
        "application/json": {"schema": OBJECT | {"required": ["a"]}},
        "multipart/form-data": {"schema": OBJECT},
        "application/x-www-form-urlencoded": {"schema": OBJECT},
        "text/plain": {"schema": {"type": "string", "maxLength": 9}},
    }
    said = {
        "operationId": "app.answer",
        "parameters": [
            param("p", "path", required=True, schema=LIST, style="matrix", explode=True),
            param("n", schema=nullable),
            param("list", schema=LIST, explode=False),
            param("object", schema=OBJECT, explode=False),
            param("deep", schema=OBJECT, style="deepObject"),
            {"name": "json", "in": "query", "content": {"application/json": {"schema": OBJECT}}},
            param("when", schema={"type": "string", "format": "date-time"}),
            param("X-H", "header", schema={"anyOf": [{"type": "integer"}, {"type": "null"}]}),
            param("c", "cookie", schema={"type": "boolean"}),
        ],
        "requestBody": {"content": contents},
        "responses": {"200": {"description": "x", "content": {"application/json": {}}}},
    }
    yard.document({"/x/{p}": {"post": said}})
    yard.write(app_py="def answer(p, body, **rest): return [p, repr(body), len(rest)]")
    functions = yard.open()
    assert functions.faults == ()
    return functions["app.answer"]


PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), TEXT), max_size=5)
UPLOADS = st.builds(Upload, TEXT, TEXT, st.binary(max_size=5))
REQUESTS = st.builds(
    Request,
    path_values=st.fixed_dictionaries({"p": TEXT}),
    query=PAIRS.map(lambda pairs: "&".join(f"{name}={text}" for name, text in pairs)),
    headers=st.fixed_dictionaries({"x-h": TEXT, "content-type": MEDIA, "accept": TEXT}),
    cookies=st.fixed_dictionaries({"c": TEXT}),
    body=st.binary(max_size=30) | JSON.map(msgspec.json.encode),
    form=st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), TEXT), max_size=3),
    files=st.lists(st.tuples(st.sampled_from(["a", "b"]), UPLOADS), max_size=2),
)


@SAFE
@given(request=REQUESTS)
def test_any_request_is_answered_or_refused(everything, request):
    try:
        reply = everything.call(request)
    except RequestFault as fault:
        assert fault.parameter
        assert fault.rule
        assert len(str(fault)) < 900
    else:
        assert reply.status == 200


@SAFE
@given(query=st.text(max_size=60), body=st.binary(max_size=60))
def test_any_bytes_are_answered_or_refused(everything, query, body):
    try:
        everything.call(Request({"p": "1"}, query, {}, {}, body))
    except RequestFault as fault:
        assert str(fault)


@SAFE
@given(value=JSON)
def test_any_value_that_is_json_can_be_answered(yard, value):
    yard.get().write(app_py="def answer(): return VALUE[0]\nVALUE = [None]")
    operation = yard.open()["app.answer"]
    sys.modules["app"].VALUE[0] = value
    reply = operation.call(Request())
    assert mock(operation.description).status == reply.status
    assert msgspec.json.encode(msgspec.json.decode(reply.whole())) == msgspec.json.encode(value)

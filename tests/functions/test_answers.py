"""What a function hands back becomes the answer that the document promises."""

import logging

import msgspec
import pytest

from modelyard.errors import NotFound
from modelyard.functions.catalogue import Tools
from modelyard.functions.faults import AnswerFault, FunctionFailed
from modelyard.functions.request import Request

NUMBER = {"type": "integer"}


def answering(yard, code, responses=None, **said):
    """Write a function with this body."""
    indented = "\n".join(f"    {line}" for line in code.splitlines())
    yard.write(app_py=f"import datetime, decimal, http, io, pathlib\ndef answer():\n{indented}\n")
    return yard.get(**({"responses": responses} if responses else {}), **said)


@pytest.mark.parametrize(
    "case",
    [
        ("return {'a': 1}", "application/json", b'{"a":1}', "application/json"),
        ("return 'x'", "application/json", b'"x"', "application/json"),
        ("return None", "application/json", b"null", "application/json"),
        ("return float('nan')", "application/json", b"null", "application/json"),
        ("return (1, 2)", "application/json", b"[1,2]", "application/json"),
        ("return [1, 200]", "application/json", b"[1,200]", "application/json"),
        (
            "return datetime.date(2024, 2, 1)",
            "application/json",
            b'"2024-02-01"',
            "application/json",
        ),
        ("return decimal.Decimal('1.5')", "application/json", b"1.5", "application/json"),
        ("return {'a': 1}", "application/hal+json", b'{"a":1}', "application/hal+json"),
        ("return 'x'", "text/plain", b"x", "text/plain; charset=utf-8"),
        ("return 7", "text/plain", b"7", "text/plain; charset=utf-8"),
        ("return '<p>'", "text/html", b"<p>", "text/html; charset=utf-8"),
        ("return b'\\x00'", "image/png", b"\x00", "image/png"),
        ("return 'x'", "*/*", b"x", "text/plain; charset=utf-8"),
        ("return {'a': 1}", "*/*", b'{"a":1}', "application/json"),
        ("yield 'a'\nyield b'b'", "text/csv", b"ab", "text/csv; charset=utf-8"),
        ("yield {'a': 1}\nyield {'a': 2}", "application/x-ndjson", b'{"a":1}\n{"a":2}\n', None),
        ("return io.BytesIO(b'abc')", "application/octet-stream", b"abc", None),
    ],
)
def test_each_sort_of_answer_has_its_form(yard, good, case):
    code, media, body, sent = case
    reply = answering(yard, code, good(media)).call()
    assert reply.whole() == body
    assert reply.media_type == (sent or media)
    assert reply.status == 200


def test_numbers_and_tables_of_libraries_are_json(yard):
    code = (
        "import numpy, polars\n"
        "return [numpy.int64(1), numpy.array([1.5]), polars.DataFrame({'a': [1]})]"
    )
    assert answering(yard, code).value() == [1, [1.5], [{"a": 1}]]


@pytest.mark.parametrize(
    ("code", "status", "headers"),
    [
        ("return {}, 201", 201, ()),
        ("return {}, http.HTTPStatus.CREATED, {'X-A': 1}", 201, (("X-A", "1"),)),
        ("return {}, {'X-A': 'b'}", 200, (("X-A", "b"),)),
        ("return {}, 200, [('Set-Cookie', 'a=1'), ('Set-Cookie', 'b=2')]", 200, None),
        ("return {}, 200, {'Content-Length': '5', 'X-A': 'b'}", 200, (("X-A", "b"),)),
    ],
)
def test_status_and_headers_may_come_along(yard, code, status, headers):
    json = {"content": {"application/json": {}}, "description": "x"}
    reply = answering(yard, code, {"200": json, "201": json}).call()
    assert reply.status == status
    assert reply.headers == (
        headers if headers is not None else (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    )


def test_nothing_is_204_where_that_is_documented(yard):
    reply = answering(yard, "return None", {"204": {"description": "gone"}}).call()
    assert (reply.status, reply.body, reply.media_type) == (204, b"", "")


def test_the_usual_status_is_the_documented_success(yard):
    responses = {"201": {"description": "made", "content": {"application/json": {}}}}
    assert answering(yard, "return {}", responses).call().status == 201


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/hal+json", "application/hal+json"),
        ("application/json;q=0.1, application/hal+json;q=0.9", "application/hal+json"),
        ("application/*;q=0.5", "application/json"),
        ("image/png", "application/json"),
        ("nonsense;q=x,,;", "application/json"),
    ],
)
def test_the_type_is_what_the_visitor_likes_best(yard, accept, media):
    contents = {"text/plain": {}, "application/json": {}, "application/hal+json": {}}
    answering(yard, "return {}", {"200": {"description": "x", "content": contents}})
    assert yard.call(headers={"accept": accept}).media_type == media


WRONG = {
    "a wrong type": ("return 'x'", '"x" is not of type "integer"'),
    "an unknown status": ("return 1, 418", "it answered 418, which is not documented (known: 200)"),
    "another type": ("return 1, 200, {'Content-Type': 'text/csv'}", "it answered text/csv"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_an_error_in_development_and_counted_in_production(
    yard, good, name, caplog
):
    code, words = WRONG[name]
    answering(yard, code, good("application/json", NUMBER))
    with pytest.raises(AnswerFault) as caught:
        yard.call()
    assert words in str(caught.value)
    assert "openapi.yml, line 7, GET /x" in str(caught.value)
    operation = yard.open(Tools(is_development=False))["app.answer"]
    with caplog.at_level(logging.WARNING):
        operation.call(Request())
    assert operation.counters.bad_answers == 1
    assert words in caplog.text


def test_a_header_that_must_be_there_is_missed(yard, good):
    responses = good("application/json")
    responses["200"]["headers"] = {"X-Rate": {"required": True, "schema": NUMBER}}
    with pytest.raises(AnswerFault, match="lacks the header x-rate"):
        answering(yard, "return 1", responses).call()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "b\r\nSet-Cookie: admin=1"},
        {"X-A": "b\nX: y"},
        {"X-A": "\0"},
        {"X-A\r\nX": "b"},
        {"X A": "b"},
        {"X-A": "b\u2028"},
        {"": "b"},
    ],
)
@pytest.mark.parametrize("is_development", [True, False])
def test_a_header_that_could_smuggle_another_is_never_sent(yard, headers, is_development):
    answering(yard, f"return 1, 200, {headers!r}")
    operation = yard.open(Tools(is_development=is_development))["app.answer"]
    with pytest.raises(FunctionFailed, match="the server's log has the details under"):
        operation.call(Request())


def test_a_file_of_the_workspace_is_sent(yard, good):
    yard.write(reports__a="hello")
    reply = answering(yard, "return pathlib.Path('reports/a')", good("text/plain")).call()
    assert reply.body == yard.root / "reports" / "a"
    assert reply.whole() == b"hello"


@pytest.mark.parametrize(
    "path",
    [
        "../outside",
        "/etc/passwd",
        "reports/../../outside",
        ".modelyard/db",
        "gone",
        "reports",
        "link",
    ],
)
def test_no_file_outside_or_hidden_is_sent(yard, good, path, caplog):
    root = yard.root
    yard.write(reports__a="hello")
    (root.parent / "outside").write_text("secret")
    (root / ".modelyard").mkdir()
    (root / ".modelyard" / "db").write_text("secret")
    (root / "link").symlink_to(root.parent / "outside")
    with pytest.raises(NotFound) as caught:
        answering(yard, f"return pathlib.Path({path!r})", good("text/plain")).call()
    assert str(caught.value) == "app.answer: there is no such file."


def test_what_a_function_raises_is_told_to_the_log_alone(yard, caplog):
    answering(yard, "secret = 'hunter2'\nraise RuntimeError(secret)")
    with pytest.raises(FunctionFailed) as caught:
        yard.call()
    fault = caught.value
    assert "hunter2" not in str(fault)
    assert fault.fault_id in str(fault)
    assert fault.fault_id in caplog.text
    assert "RuntimeError: hunter2" in caplog.text


@pytest.mark.parametrize(
    "what", ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "RecursionError"]
)
def test_whatever_a_function_raises_is_its_own_failure(yard, what):
    answering(yard, f"raise {what}")
    with pytest.raises(FunctionFailed):
        yard.call()


def test_a_function_may_say_what_the_visitor_did_wrong(yard):
    code = "from modelyard.errors import NotFound\nraise NotFound('pet 7', 'there is none.')"
    with pytest.raises(NotFound, match="pet 7: there is none"):
        answering(yard, code).call()


@pytest.mark.parametrize("value", ["object()", "{1: object()}", "print"])
def test_what_has_no_form_in_json_is_a_failure(yard, value, caplog):
    with pytest.raises(FunctionFailed):
        answering(yard, f"return {value}").call()
    assert "is not JSON" in caplog.text


def test_a_value_that_contains_itself_is_a_failure(yard):
    with pytest.raises(FunctionFailed):
        answering(yard, "a = []\na.append(a)\nreturn a").call()


def test_a_stream_that_fails_ends_and_the_log_says_why(yard, good, caplog):
    reply = answering(yard, "yield 'a'\nraise RuntimeError('x')", good("text/plain")).call()
    parts = []
    with pytest.raises(FunctionFailed):
        parts.extend(reply.body)
    assert "RuntimeError: x" in caplog.text


def test_dates_in_an_answer_are_held_against_their_schema_as_text(yard, good):
    schema = {"type": "object", "properties": {"day": {"type": "string", "format": "date"}}}
    code = "return {'day': datetime.date(2024, 2, 1)}"
    answering(yard, code, good("application/json", schema))
    assert yard.value() == {"day": "2024-02-01"}
    answering(yard, "return {'day': datetime.time(1)}", good("application/json", schema))
    with pytest.raises(AnswerFault, match="day"):
        yard.call()


def test_ranges_of_statuses_and_default_are_documented_answers(yard):
    json = {"description": "x", "content": {"application/json": {}}}
    answering(yard, "return {}, 404", {"200": json, "4XX": json})
    assert yard.call().status == 404
    answering(yard, "return {}, 500", {"200": json, "default": json})
    assert yard.call().status == 500


def test_json_is_what_msgspec_reads_again(yard):
    assert msgspec.json.decode(answering(yard, "return {'é': [1.5, None]}").call().whole()) == {
        "é": [1.5, None]
    }

"""The door before Flask answers functions as Flask does: what it gives, refuses and counts."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from werkzeug.test import Client, EnvironBuilder, TestResponse

from modelyard.web.headers import SafeAnswers
from modelyard.web.live import LIVE
from modelyard.web.watch import ROUTE

NEAR = {"REMOTE_ADDR": "127.0.0.1"}
CODE = """
from pathlib import Path
import modelyard
from modelyard.errors import Conflict
calls = []
def add(a: int, b: int): return a + b
def note(body): return len(body)
def count(): calls.append(1); return len(calls)
def manage(): return "done"
def other(): return "other"
def break_it(): calls.append(1); raise ValueError("secret")
def conflict(): raise Conflict("cart", "is paid.", "Make another.")
def text(q: str = "-"): return q, 201, {"X-Other": "1", "x-frame-options": "none"}
def leave(): return "", 302, {"Location": "/elsewhere"}
def nothing(): return None
def parts(): return iter(["a", "b"])
def file(): return Path("notes.txt")
def who(asker: modelyard.Actor): return asker.email or asker.kind
def cookie(c: str = ""): return c
"""


def operation(name: str, *parameters: str, **said: Any) -> dict[str, Any]:
    listed = []
    for each in parameters:
        place, _, key = each.partition(" ")
        kind = "integer" if place == "path" else "string"
        required = {"required": True} if place == "path" else {}
        listed.append({"name": key, "in": place, "schema": {"type": kind}} | required)
    answers = {"default": {"description": "It."}}
    return {"operationId": f"app.{name}", "parameters": listed, "responses": answers} | said


BODY = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}
PATHS = {
    "/mine/add/{a}/{b}": {"get": operation("add", "path a", "path b")},
    "/mine/note": {"post": operation("note", **BODY)},
    "/mine/break": {"get": operation("break_it")},
    "/mine/conflict": {"get": operation("conflict")},
    "/mine/text": {"get": operation("text", "query q")},
    "/mine/leave": {"get": operation("leave")},
    "/mine/nothing": {"get": operation("nothing")},
    "/mine/parts": {"get": operation("parts")},
    "/mine/file": {"get": operation("file")},
    "/mine/who": {"get": operation("who")},
    "/mine/cookie": {"get": operation("cookie", "cookie c")},
    "/mine/count": {"post": operation("count")},
    "/mine/admin": {"get": operation("manage", security=[{"modelyard": ["admin"]}])},
    "/health/other": {"get": operation("other")},
}
SAID: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", "/mine/add/1/4", {}),
    ("GET", "/mine/add/1/4/", {}),
    ("GET", "/mine/add/1/x", {}),
    ("GET", "/mine/add/1/%34", {}),
    ("GET", "/mine/add/1/%C3%A9", {}),
    ("GET", "//mine/add/1/4", {}),
    ("GET", "/mine//add/1/4", {}),
    ("HEAD", "/mine/add/1/4", {}),
    ("OPTIONS", "/mine/add/1/4", {}),
    ("DELETE", "/mine/add/1/4", {}),
    ("GET", "/mine/add/1/4", {"headers": {"Host": "evil.example"}}),
    ("GET", "/mine/add/1/4", {"headers": {"Host": "a b"}}),
    ("GET", "/mine/add/1/4", {"headers": {"Sec-Fetch-Site": "cross-site"}}),
    ("GET", "/mine/add/1/4", {"headers": {"Via": "1.1 proxy"}}),
    ("GET", "/mine/add/1/4", {"headers": {"Authorization": "Bearer myd_wrong"}}),
    ("GET", "/mine/add/1/4", {"data": b"a body that nobody wants"}),
    ("POST", "/mine/note", {"json": {"a": "\u00e9"}}),
    ("POST", "/mine/note", {"json": [1]}),
    ("POST", "/mine/note", {"data": b"{", "content_type": "application/json"}),
    ("POST", "/mine/note", {"data": b"x", "content_type": "text/csv"}),
    ("POST", "/mine/note", {"data": {"a": "1"}}),
    ("POST", "/mine/note", {"json": {"a": "x" * 70_000}}),
    ("POST", "/mine/note", {"json": {}, "headers": {"Origin": "https://evil.example"}}),
    ("POST", "/mine/note", {"json": {}, "headers": {"Sec-Fetch-Site": "same-site"}}),
    ("GET", "/mine/break", {}),
    ("GET", "/mine/conflict", {}),
    ("GET", "/mine/conflict", {"headers": {"Accept": "text/html"}}),
    ("GET", "/mine/text?q=%C3%A9t%C3%A9", {}),
    ("GET", "/mine/text?q=\u00e9", {}),
    ("GET", "/mine/text?q=1&q=2", {}),
    ("GET", "/mine/leave", {}),
    ("GET", "/mine/nothing", {}),
    ("GET", "/mine/parts", {}),
    ("GET", "/mine/file", {}),
    ("GET", "/mine/who", {}),
    ("GET", "/mine/cookie", {"headers": {"Cookie": "c=\xff\xe9; c=2"}}),
    ("GET", "/mine/admin", {}),
    ("GET", "/mine/unknown", {}),
    ("GET", "/health/other", {}),
)


def write(folder: Path) -> None:
    written = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": PATHS,
        "components": {"securitySchemes": {"modelyard": {"type": "http", "scheme": "bearer"}}},
    }
    (folder / "openapi.yml").write_text(yaml.safe_dump(written, sort_keys=False))
    (folder / "app.py").write_text(CODE)
    (folder / "notes.txt").write_text("A file.")


def through_flask(app: Flask) -> Client:
    """A client of the same application without the doors before Flask."""
    inside = functools.partial(Flask.wsgi_app, app)
    return Client(SafeAnswers(inside, app.extensions[LIVE].services.settings))


def without_ids(answer: TestResponse) -> Any:
    content = answer.get_json(silent=True)
    told = content if isinstance(content, dict) else {}
    shown = {key: value for key, value in told.items() if key not in {"id", "detail"}}
    body = shown or (answer.data if b'"' not in answer.data else "")
    kept = sorted((name, value) for name, value in answer.headers if name not in {"Date"})
    return (
        answer.status_code,
        [pair for pair in kept if told == {} or pair[0] != "Content-Length"],
        body,
    )


@pytest.fixture
def app(folder: Path, make_client: Callable[..., Any]) -> Flask:
    write(folder)
    return make_client(folder).application


def test_the_door_answers_as_flask_does(app: Flask) -> None:
    there, beside = through_flask(app), Client(app.wsgi_app)
    for method, address, more in SAID:
        name = f"{method} {address} {more}"
        expected = there.open(address, method=method, **more)
        assert without_ids(beside.open(address, method=method, **more)) == (
            without_ids(expected)
        ), name


def test_a_function_is_called_once_whoever_answers(app: Flask) -> None:
    client = app.test_client()
    before = client.post("/mine/count").json
    assert client.get("/mine/break").status_code == 500
    assert client.post("/mine/count").json == before + 2


def test_what_the_door_answers_is_counted_under_its_route(app: Flask) -> None:
    environ = EnvironBuilder("/mine/add/2/3", environ_base=NEAR).get_environ()
    answer = app.wsgi_app(environ, lambda *_: None)  # type: ignore[arg-type,return-value]
    assert list(answer) == [b"5"]
    assert environ[ROUTE] == "/mine/add/{a}/{b}"
    assert "werkzeug.request" not in environ


def test_rights_that_are_withdrawn_are_gone_at_the_next_request(
    folder: Path, make_team: Callable[..., Any]
) -> None:
    write(folder)
    desk = make_team()
    client = desk.app.test_client()
    header = desk.token("ana@example.com", "read")
    assert client.get("/mine/add/1/4").status_code == 401
    assert client.get("/mine/add/1/4", headers=header).json == 5
    assert client.get("/mine/admin", headers=header).status_code == 403
    assert client.get("/mine/who", headers=header).text.strip('"') == "ana@example.com"
    answer = client.get("/mine/add/1/4", headers=header)
    assert answer.headers["Cache-Control"] == "no-store"
    accounts = desk.accounts
    (token,) = accounts.tokens.list_tokens(desk.user("ana@example.com").id)
    accounts.tokens.revoke(token.id, by=desk.user("olga@example.com").as_actor())
    assert client.get("/mine/add/1/4", headers=header).status_code == 401


def test_a_function_for_its_owner_alone_is_not_there_for_others(
    folder: Path, make_team: Callable[..., Any]
) -> None:
    write(folder)
    desk = make_team()
    from modelyard.accounts.resource import Resource

    ana, olga = desk.user("ana@example.com"), desk.user("olga@example.com")
    resource = Resource("function", "app.who")
    desk.accounts.sharing.set(resource, "private", (), ana.email, by=olga.as_actor())
    client = desk.app.test_client()
    for email, status in (("ana@example.com", 200), ("vic@example.com", 404)):
        header = desk.token(email, "read")
        assert client.get("/mine/who", headers=header).status_code == status

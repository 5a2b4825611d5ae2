"""Functions over HTTP: what is asked arrives, what is answered is sent, faults are in words."""

import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

Open = Callable[..., FlaskClient]
CODE = """
    import time
    from pathlib import Path
    import modelyard, modelyard.functions.request

    def add(a: int, b: int) -> int:
        return a + b

    def page() -> str:
        return "<h1>Hello</h1>"

    def lines():
        yield {"n": 1}
        yield {"n": 2}

    def told():
        return {"ok": True}, 201, {"X-Total": "7", "Content-Security-Policy": "default-src *"}

    def split():
        return "x", 200, {"X-Bad": "a\\r\\nSet-Cookie: stolen=1"}

    def fall():
        raise RuntimeError("the secret is 1234")

    def hang():
        time.sleep(20)

    def nothing() -> None:
        return None

    def file():
        return Path("notes.txt")

    def climb(name: str):
        return Path(name)

    def take(body):
        return body

    def form(title: str = "", paper: modelyard.functions.request.Upload | None = None):
        return {"title": title, "bytes": len(paper.content) if paper else 0}

    def who(asker: modelyard.Actor):
        return {"who": asker.shown}

    def pick(theme: str = "", size: int = 2, loud: bool = False):
        return [theme, size, loud]

    def seen(x_trace: str = "", theme: str = "") -> dict:
        return {"trace": x_trace, "theme": theme}
"""


def operation(function: str, media: str = "application/json", **said: Any) -> dict[str, Any]:
    """Describe an operation with one answer."""
    answer = {"description": "It.", "content": {media: {}}}
    return {"operationId": f"app.{function}", "responses": {"200": answer}} | said


def given(name: str, place: str = "query", kind: str = "string", **said: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "schema": {"type": kind}, **said}


def body(media: str, **schema: Any) -> dict[str, Any]:
    return {"required": True, "content": {media: {"schema": schema}}}


TEXT = "multipart/form-data"
PATHS: dict[str, Any] = {
    "/add/{a}/{b}": {
        "get": operation(
            "add",
            parameters=[
                given("a", "path", "integer", required=True),
                given("b", "path", "integer", required=True),
            ],
        )
    },
    "/page": {"get": operation("page", "text/html")},
    "/lines": {"get": operation("lines", "application/x-ndjson")},
    "/told": {
        "post": {
            "operationId": "app.told",
            "responses": {"201": {"description": "It.", "content": {"application/json": {}}}},
        }
    },
    "/split": {"get": operation("split", "text/plain")},
    "/fall": {"get": operation("fall")},
    "/hang": {"get": operation("hang", **{"x-timeout-s": 0.2})},
    "/nothing": {
        "delete": {"operationId": "app.nothing", "responses": {"204": {"description": "Gone."}}}
    },
    "/file": {"get": operation("file", "text/plain")},
    "/climb": {"get": operation("climb", "text/plain", parameters=[given("name", required=True)])},
    "/take": {"post": operation("take", requestBody=body("application/json", type="object"))},
    "/form": {
        "post": operation(
            "form",
            requestBody=body(
                TEXT,
                type="object",
                required=["title"],
                properties={
                    "title": {"type": "string"},
                    "paper": {"type": "string", "contentMediaType": "application/octet-stream"},
                },
            ),
        )
    },
    "/who": {"get": operation("who")},
    "/seen": {
        "get": operation("seen", parameters=[given("X-Trace", "header"), given("theme", "cookie")])
    },
    "/absent": {"get": operation("absent")},
    "/pick": {
        "get": operation(
            "pick",
            parameters=[
                {"name": "theme", "in": "query", "schema": {"enum": ["<day>", "night"]}},
                {
                    "name": "size",
                    "in": "query",
                    "required": True,
                    "schema": {"enum": [1, 2], "default": 2},
                },
                given("loud", kind="boolean"),
            ],
        )
    },
}


def write(folder: Path, paths: dict[str, Any] = PATHS, code: str = CODE, toml: str = "") -> None:
    """Write a workspace with functions."""
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    (folder / "openapi.yml").write_text(yaml.safe_dump(document, sort_keys=False))
    (folder / "app.py").write_text(textwrap.dedent(code))
    (folder / "modelyard.toml").write_text(toml)
    (folder / "notes.txt").write_text("a note")


@pytest.fixture
def desk(folder: Path, make_client: Open) -> FlaskClient:
    """A client of a service with functions."""
    write(folder)
    return make_client(folder)


def test_what_is_asked_arrives_typed(desk: FlaskClient) -> None:
    answer = desk.get("/add/1/4")
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "application/json", "5")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    desk.set_cookie("theme", "dark")
    assert desk.get("/seen", headers={"X-Trace": "t"}).json == {"trace": "t", "theme": "dark"}


def test_a_body_and_a_form_with_a_file_arrive(desk: FlaskClient) -> None:
    assert desk.post("/take", json={"a": [1]}).json == {"a": [1]}
    sent = {"title": "Plan", "paper": (__import__("io").BytesIO(b"12345"), "../../x.pdf")}
    assert desk.post("/form", data=sent).json == {"title": "Plan", "bytes": 5}


def test_pages_streams_files_and_nothing_are_sent(desk: FlaskClient) -> None:
    assert desk.get("/page").mimetype == "text/html"
    assert desk.get("/lines").text == '{"n":1}\n{"n":2}\n'
    assert desk.get("/file").text == "a note"
    nothing = desk.delete("/nothing")
    assert (nothing.status_code, nothing.data) == (204, b"")
    assert "Content-Type" not in nothing.headers


def test_status_and_headers_are_sent_but_safety_stays_the_services_own(desk: FlaskClient) -> None:
    answer = desk.post("/told")
    assert (answer.status_code, answer.headers["X-Total"]) == (201, "7")
    assert len(answer.headers.getlist("Content-Security-Policy")) == 1
    assert "*" not in answer.headers["Content-Security-Policy"]


def test_other_verbs_are_answered_by_what_is_allowed(desk: FlaskClient) -> None:
    head = desk.head("/add/1/4")
    assert (head.status_code, head.data) == (200, b"")
    assert desk.options("/add/1/4").headers["Allow"] == "GET, HEAD, OPTIONS"
    refused = desk.post("/add/1/4")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert refused.mimetype == "application/problem+json"
    assert desk.get("/add/1").status_code == 404


def test_a_request_that_breaks_the_document_names_parameter_and_rule(desk: FlaskClient) -> None:
    problem = desk.get("/add/x/4")
    assert (problem.status_code, problem.mimetype) == (422, "application/problem+json")
    told = problem.get_json(force=True)
    assert (told["in"], told["parameter"], told["rule"]) == ("path", "a", "type")
    assert desk.post("/take", data="{", content_type="application/json").status_code == 400
    assert desk.post("/take", data="x", content_type="text/plain").status_code == 415
    assert desk.post("/take").status_code == 422


def test_a_person_gets_a_page_for_a_fault(desk: FlaskClient) -> None:
    answer = desk.get("/add/x/4", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.mimetype) == (422, "text/html")


def test_what_a_function_raises_is_in_the_log_alone(
    desk: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = desk.get("/fall")
    told = answer.get_json(force=True)
    assert answer.status_code == 500
    assert "1234" not in answer.text
    assert "Traceback" not in answer.text
    assert told["id"] in told["detail"]
    assert told["id"] in caplog.text
    assert "the secret is 1234" in caplog.text


def test_a_function_that_hangs_is_given_up(desk: FlaskClient) -> None:
    answer = desk.get("/hang")
    assert answer.status_code == 504
    assert "0.2 seconds" in answer.text


def test_an_operation_that_is_not_served_says_so(folder: Path, make_client: Open) -> None:
    write(folder)
    answer = make_client(folder).get("/absent")
    assert answer.status_code == 503
    assert "openapi.yml, line" in answer.text
    write(folder, toml="[functions]\ndevelopment = false\n")
    answer = make_client(folder).get("/absent")
    assert answer.status_code == 503
    assert "openapi.yml" not in answer.text


def test_a_saved_file_takes_effect_at_the_next_request(folder: Path, desk: FlaskClient) -> None:
    assert desk.get("/add/1/4").json == 5
    (folder / "app.py").write_text(textwrap.dedent(CODE).replace("a + b", "a - b - 100"))
    assert desk.get("/add/1/4").json == -103
    write(folder, {"/sum/{a}/{b}": PATHS["/add/{a}/{b}"]})
    assert desk.get("/sum/1/4").json == 5
    assert desk.get("/add/1/4").status_code == 404


def test_an_address_or_name_of_the_services_own_is_refused_with_its_line(
    folder: Path, make_client: Open, caplog: pytest.LogCaptureFixture
) -> None:
    mine = {"get": operation("page")}
    named = {"get": operation("page") | {"operationId": "start_run"}}
    named["get"]["x-openapi-router-controller"] = "app"
    code = CODE + "\n    def start_run(): return 1\n"
    write(folder, {"/api/v1/datasets/mine": mine, "/docs": mine, "/other": named}, code)
    client = make_client(folder)
    assert caplog.text.count("Modelyard's own") == 3
    assert "openapi.yml, line" in caplog.text
    assert client.get("/docs").mimetype == "text/html"
    assert "/docs" not in client.get("/openapi.json").json["paths"]


def test_the_document_has_the_functions(desk: FlaskClient) -> None:
    from openapi_spec_validator import validate

    first = desk.get("/openapi.json")
    validate(first.json)
    written = first.json["paths"]["/add/{a}/{b}"]["get"]
    assert written["tags"] == ["Functions"]
    assert written["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    assert "/absent" not in first.json["paths"]
    again = desk.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_reference_has_a_form_for_functions(desk: FlaskClient) -> None:
    text = desk.get("/docs").text
    assert 'data-path="/add/{a}/{b}" data-method="GET"' in text
    assert 'data-path="/take" data-method="POST" data-sends="application/json"' in text
    assert 'data-path="/api/v1/runs" data-method="POST"' not in text
    led = desk.get("/docs/try?_path=/add/{a}/{b}&a=1&b=4")
    assert led.location == "/add/1/4"


def test_the_reference_shows_a_schema_that_goes_round(folder: Path, make_client: Open) -> None:
    loop = {"$ref": "#/components/schemas/Loop"}
    schemas = {
        "Loop": {"type": "array", "items": loop},
        "All": {"allOf": [{"$ref": "#/components/schemas/All"}]},
        "Any": {"properties": {"x": True, "y": {"$ref": "#/components/schemas/All"}}},
    }
    said = operation("add")
    said["responses"]["200"]["content"] = {
        "application/json": {
            "schema": {"properties": {k: {"$ref": f"#/components/schemas/{k}"} for k in schemas}}
        }
    }
    write(folder, {"/loop": {"get": said}}, "def add(): return {}")
    document = yaml.safe_load((folder / "openapi.yml").read_text())
    document["components"] = {"schemas": schemas}
    (folder / "openapi.yml").write_text(yaml.safe_dump(document))
    assert make_client(folder).get("/docs").status_code == 200


def test_a_check_knows_the_services_own_addresses_and_scopes_without_serving(
    folder: Path, desk: FlaskClient
) -> None:
    from click.testing import CliRunner

    from modelyard.cli.check import check
    from modelyard.web.own_addresses import all_own_addresses, own_addresses

    assert all_own_addresses() == own_addresses(desk.application)
    mine = {"get": operation("page")}
    scoped = {"get": operation("told", security=[{"key": ["pets:read"]}])}
    write(folder, {"/api/v1/runs": mine, "/told": scoped})
    told = CliRunner().invoke(check, [str(folder)])
    assert told.exit_code == 1
    shown = " ".join(told.output.split())
    assert "'/api/v1/runs' is an address of Modelyard's own" in shown
    assert "'pets:read', which nobody has" in shown


def test_what_can_be_chosen_is_chosen_from_a_list(desk: FlaskClient) -> None:
    page = desk.get("/functions").text
    assert re.search(r'<select id="\S+-theme" name="theme">.*&lt;day&gt;.*night', page)
    assert re.search(r'<select id="\S+-loud" name="loud">.*false.*true', page)
    size = re.search(r'<select id="\S+-size" name="size" required>(.*?)</select>', page)
    assert size is not None
    assert size[1] == '<option value="2">2</option><option>1</option>'
    assert desk.get("/docs").text.count('name="size" required') == 1

"""Who may ask which function; and what an attacker tries."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from modelyard.accounts.actor import LAPTOP
from modelyard.accounts.resource import Resource
from modelyard.web.live import LIVE

SCHEMES = {"modelyard": {"type": "http", "scheme": "bearer"}}
CODE = """
from pathlib import Path
import modelyard
def who(asker: modelyard.Actor): return {"who": asker.email}
def tell(name: str = ""): return {"name": name}
def climb(name: str): return Path(name)
def split(name: str): return "x", 200, {"X-Bad": name}
def take(body): return body
def work(name: str): return {"worked": name}
"""


def operation(function: str, suffix: str = "", **said: Any) -> dict[str, Any]:
    name = {"name": "name", "in": "query", "schema": {"type": "string"}}
    return {
        "operationId": f"app.{function}",
        "parameters": [name],
        "responses": {"200": {"description": "It."}},
    } | said


def paths(**sections: Any) -> dict[str, Any]:
    return {f"/{name}": section for name, section in sections.items()}


def needed(name: str) -> dict[str, Any]:
    required = {"name": "name", "in": "query", "required": True, "schema": {"type": "string"}}
    return operation(name, parameters=[required])


PATHS = paths(
    who={"get": operation("who", parameters=[], security=[{"modelyard": []}])},
    tell={"get": operation("tell", security=[{"modelyard": ["admin"]}])},
    climb={"get": needed("climb")},
    split={"get": needed("split")},
    take={
        "post": operation(
            "take", parameters=[], requestBody={"content": {"application/json": {"schema": {}}}}
        )
    },
    work={"post": needed("work") | {"x-run": True}},
)


def write(folder: Path, toml: str = "", written: dict[str, Any] = PATHS) -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": written,
        "components": {"securitySchemes": SCHEMES},
    }
    (folder / "openapi.yml").write_text(yaml.safe_dump(document, sort_keys=False))
    (folder / "app.py").write_text(CODE)
    if toml:
        (folder / "modelyard.toml").write_text(toml)


@pytest.fixture
def desk(folder: Path, make_team: Callable[..., Any]) -> Any:
    """A service with people and functions."""
    write(folder)
    return make_team()


def open_to(folder: Path, make_client: Callable[..., Any], level: str, **more: Any) -> Any:
    """Make a service with an owner, whose functions have a visibility."""
    rest = "".join(f"{key} = {value}\n" for key, value in more.items())
    write(folder, f'[functions]\nvisibility = "{level}"\n{rest}')
    app = make_client(folder).application
    app.extensions[LIVE].records.accounts.users.add(
        "olga@example.com", "owner", by=LAPTOP, password="kettle ocean violet 9"
    )
    return app


def test_the_person_who_asks_is_handed_to_the_function(desk: Any) -> None:
    assert desk.signed_in("vic@example.com").get("/who").json == {"who": "vic@example.com"}
    header = desk.token("ana@example.com", "read")
    assert desk.app.test_client().get("/who", headers=header).json == {"who": "ana@example.com"}
    wrong = {"Authorization": "Bearer myd_nonsense"}
    assert desk.app.test_client().get("/who", headers=wrong).status_code == 401


def test_nobody_unknown_asks_what_is_not_public(desk: Any) -> None:
    client = desk.app.test_client()
    for address in ("/who", "/tell", "/climb?name=notes.txt"):
        answer = client.get(address)
        assert answer.status_code == 401, address
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    page = desk.browser().get("/who")
    assert (page.status_code, page.location) == (303, "/sign-in?next=/who")
    assert (
        "/who"
        not in client.get(
            "/openapi.json",
            headers=desk.token("vic@example.com", "read", only=Resource("dataset", "flights")),
        ).text
    )


def test_a_document_asks_for_scopes(desk: Any) -> None:
    assert desk.signed_in("ana@example.com").get("/tell").status_code == 403
    assert desk.signed_in("olga@example.com").get("/tell").status_code == 200
    header = desk.token("olga@example.com", "read")
    denied = desk.app.test_client().get("/tell", headers=header)
    assert denied.status_code == 403
    assert "'admin'" in denied.json["detail"]


def test_a_scope_that_nobody_has_lets_nobody_in(folder: Path, make_team: Any) -> None:
    section = {"get": operation("tell", security=[{"modelyard": ["pets:read"]}])}
    write(folder, written={"/tell": section})
    answer = make_team().signed_in("olga@example.com").get("/tell")
    assert answer.status_code == 403
    assert "pets:read" in answer.text


def test_what_changes_something_takes_the_scope_run_where_nothing_is_said(desk: Any) -> None:
    reader = desk.token("ana@example.com", "read")
    client = desk.app.test_client()
    assert client.post("/take", json={}, headers=reader).status_code == 403
    runner = desk.token("ana@example.com", "read", "run")
    assert client.post("/take", json={}, headers=runner).status_code == 200


def test_another_site_cannot_have_a_browser_ask(desk: Any) -> None:
    ana = desk.signed_in("ana@example.com")
    assert ana.post("/take", json={}).status_code == 200
    for sent in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert ana.post("/take", json={}, headers=sent).status_code == 403
    del ana.environ_base["HTTP_SEC_FETCH_SITE"]
    assert ana.post("/take", json={}).status_code == 403
    other = {"Origin": "https://evil.example"}
    assert ana.post("/take", json={}, headers=other).status_code == 403


@pytest.mark.parametrize("level", ["private", "shared"])
def test_a_secret_function_is_not_there(
    folder: Path, make_client: Callable[..., Any], level: str
) -> None:
    app = open_to(folder, make_client, level, owner='"ana@example.com"')
    unknown = app.test_client().get("/tell")
    nowhere = app.test_client().get("/tall")
    assert (unknown.status_code, nowhere.status_code) == (404, 404)
    assert unknown.text.replace("tell", "tall") == nowhere.text
    assert app.test_client().post("/tell").status_code == 404
    assert app.test_client().options("/tell").status_code == 404
    accounts = app.extensions[LIVE].records.accounts
    olga = accounts.users.find_by_email("olga@example.com")
    _, secret = accounts.tokens.create(olga, "t", ("read", "admin"), by=olga.as_actor())
    header = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/tell", headers=header).status_code in {200, 404}
    listed = app.test_client().get("/openapi.json", headers=header).json["paths"]
    assert "/take" not in listed


def test_security_of_nobody_opens_a_function_only_where_the_workspace_is_public(
    folder: Path, make_client: Callable[..., Any]
) -> None:
    written = {"/tell": {"post": operation("tell", security=[])}}
    open_to(folder, make_client, "signed-in")
    for level, status in (("signed-in", 401), ("public", 200)):
        write(folder, f'[functions]\nvisibility = "{level}"\n', written)
        client = make_client(folder)
        assert client.post("/tell").status_code == status, level


def test_public_functions_are_listed_for_everybody_and_others_for_nobody(
    folder: Path, make_client: Callable[..., Any]
) -> None:
    app = open_to(folder, make_client, "public")
    assert app.test_client().get("/climb?name=app.py").status_code == 200
    listed = app.test_client().get("/openapi.json")
    assert listed.status_code == 200
    assert "/climb" in listed.json["paths"]


def test_a_private_functions_section_needs_an_owner(folder: Path) -> None:
    from modelyard.errors import Invalid
    from modelyard.workspace import open_workspace

    write(folder, '[functions]\nvisibility = "private"\n')
    with pytest.raises(Invalid, match=r"modelyard.toml, line 2, functions.visibility"):
        open_workspace(folder)


@pytest.mark.parametrize(
    "name", ["../secret.txt", "/etc/passwd", ".modelyard/x", "src/../../secret.txt", "a\0b"]
)
def test_a_file_outside_the_workspace_is_never_sent(
    folder: Path, make_client: Callable[..., Any], name: str
) -> None:
    (folder.parent / "secret.txt").write_text("secret")
    write(folder, "[functions]\ndevelopment = false\n")
    answer = make_client(folder).get("/climb", query_string={"name": name})
    assert answer.status_code in {404, 500}
    assert "secret" not in answer.get_data(as_text=True).replace("secret.txt", "")


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: x=1", "a\nb", "a\0b", "né€"])
def test_a_header_cannot_be_smuggled_in(
    folder: Path, make_client: Callable[..., Any], name: str
) -> None:
    write(folder, "[functions]\ndevelopment = false\n")
    answer = make_client(folder).get("/split", query_string={"name": name})
    assert answer.status_code == 500
    assert "Set-Cookie" not in answer.headers


def test_a_body_that_is_too_large_is_refused(folder: Path, make_client: Callable[..., Any]) -> None:
    write(folder, "[functions]\ndevelopment = false\n")
    answer = make_client(folder).post("/take", json="x" * 1_100_000)
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_a_function_that_is_a_run_is_started_and_not_called(desk: Any) -> None:
    client = desk.app.test_client()
    header = desk.token("ana@example.com", "read", "run")
    assert client.post("/work", headers=header).status_code == 422
    answer = client.post("/work?name=x", headers=header)
    assert answer.status_code == 202
    assert answer.location == answer.json["links"]["self"]
    assert answer.json["resource"] == {"kind": "function", "name": "app.work"}
    assert answer.json["started_by"] == "ana@example.com"
    written = client.get("/openapi.json", headers=header).json["paths"]["/work"]["post"]
    assert "202" in written["responses"]
    viewer = desk.token("vic@example.com", "read")
    assert client.post("/work?name=x", headers=viewer).status_code == 403


def test_a_run_of_a_function_takes_what_the_function_takes(
    folder: Path, make_team: Callable[..., Any]
) -> None:
    section = {"post": operation("tell", security=[{"modelyard": ["admin"]}]) | {"x-run": True}}
    write(folder, written={"/tell": section})
    team = make_team()
    wanted = {"kind": "function", "request": {"function": "app.tell"}}
    ana, olga = team.signed_in("ana@example.com"), team.signed_in("olga@example.com")
    assert ana.post("/api/v1/runs", json=wanted).status_code == 403
    assert olga.post("/api/v1/runs", json=wanted).status_code == 202
    wanted["request"] = {"function": "app.nothing"}
    assert olga.post("/api/v1/runs", json=wanted).status_code == 404


def test_the_result_of_a_run_is_the_functions_answer(folder: Path, tmp_path: Path) -> None:
    from modelyard import kinds, wiring
    from modelyard.functions.request import Request, to_json
    from modelyard.runs.kinds import Context

    write(folder)
    services = wiring.open_folder(folder)
    kind = kinds.kinds_of(lambda: services)()["function"]
    request = {"function": "app.work", "request": to_json(Request(query="name=Ana"))}
    checked = kind.check(request)
    assert (checked.resource_kind, checked.resource_name) == ("function", "app.work")
    context = Context(
        progress=lambda *_: None, log=print, is_cancelled=lambda: False, folder=tmp_path
    )
    outcome = kind.work(checked.request, context)
    assert msgspec.json.decode(outcome.result) == {"worked": "Ana"}

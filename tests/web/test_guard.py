"""Who may call what: every address says it, and nothing that is secret shows."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from modelyard.accounts.actor import LAPTOP
from modelyard.accounts.resource import Resource
from modelyard.web.needs import find_need

Make = Callable[..., Any]
OPEN_TO_EVERYBODY = {
    "static",
    "home.icon",
    "health.is_live",
    "health.is_ready",
    "sign_in.show",
    "sign_in.sign_in",
    "sign_in.sign_out",
    "links.welcome",
    "links.invitation",
    "links.reset",
    "links.use_welcome",
    "links.use_invitation",
    "links.use_reset",
    "open_id.leave",
    "open_id.come_back",
}
FOR_READERS = {
    "home.welcome",
    "dataset_pages.list_datasets",
    "datasets.list_datasets",
    "documents.openapi",
    "docs.reference",
    "docs.errors",
    "docs.try_it",
    "about.service",
    "about.flask",
    "about.docker",
    "function_pages.list_functions",
    "model_page_list.list_models",
    "models.list_models",
    "runs.list_runs",
    "runs.list_kinds",
    "schedules.list_schedules",
    "run_pages.list_runs",
    "scenario_pages.list_models",
    "scenarios.list_models",
}
ROOT = "/api/v1/datasets"
OF_A_DATASET = [
    f"{ROOT}/{{}}",
    f"{ROOT}/{{}}/rows",
    f"{ROOT}/{{}}/rows?format=csv",
    f"{ROOT}/{{}}/statistics",
    f"{ROOT}/{{}}/correlation",
    f"{ROOT}/{{}}/outliers?detector=ecod",
    f"{ROOT}/{{}}/benchmark?wait=0",
    f"{ROOT}/{{}}/access",
    "/datasets/{}",
    "/datasets/{}/rows",
    "/datasets/{}/outliers?detector=ecod",
    "/datasets/{}/benchmark",
    "/datasets/{}/access",
    "/datasets/{}/runs",
]


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Give endpoint, method and an address of every route."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, re.sub(r"<[^>]+>", "flights", rule.rule)


def test_every_address_says_who_may_call_it(client: FlaskClient) -> None:
    app = client.application
    unmarked = {name for name, _, _ in routes(app) if find_need(app, name) is None}
    assert unmarked == set()


def test_only_a_short_list_is_open_to_everybody(client: FlaskClient) -> None:
    app = client.application
    needs = {name: find_need(app, name) for name, _, _ in routes(app)}
    assert {name for name, need in needs.items() if need and need.who == "everybody"} == (
        OPEN_TO_EVERYBODY
    )
    assert {name for name, need in needs.items() if need and need.who == "readers"} == FOR_READERS


def test_nobody_unknown_gets_anything_where_nothing_is_public(team: Any) -> None:
    browser = team.browser()
    for endpoint, method, address in routes(team.app):
        if endpoint in OPEN_TO_EVERYBODY:
            continue
        answer = browser.open(address, method=method, json={} if "/api/" in address else None)
        assert answer.status_code in {401, 303}, (method, address)
        if answer.status_code == 303:
            assert answer.location.startswith("/sign-in"), (method, address)
        else:
            assert answer.mimetype == "application/problem+json"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_page_leads_to_signing_in_and_back(team: Any) -> None:
    answer = team.browser().get("/datasets/flights/rows?filter=delay:gt:3&size=25")
    assert answer.status_code == 303
    asked = "/datasets/flights/rows%3Ffilter%3Ddelay%3Agt%3A3%26size%3D25"
    assert answer.location == f"/sign-in?next={asked}"


@pytest.mark.parametrize("address", OF_A_DATASET)
def test_a_private_dataset_is_seen_by_one_and_is_not_there_for_another(
    team: Any, address: str
) -> None:
    ana, vic = team.signed_in("ana@example.com"), team.signed_in("vic@example.com")
    assert ana.get(address.format("ledger")).status_code in {200, 202}
    secret, unknown = (vic.get(address.format(name)) for name in ("ledger", "zz-none"))
    assert secret.status_code == unknown.status_code == 404
    assert secret.text.replace("ledger", "zz-none") == unknown.text
    assert dict(secret.headers) | {"Content-Length": ""} == (
        dict(unknown.headers) | {"Content-Length": ""}
    )


@pytest.mark.parametrize("address", OF_A_DATASET)
def test_secret_and_unknown_are_alike_for_nobody_known_too(team: Any, address: str) -> None:
    team.accounts.sharing.set(Resource("dataset", "broken"), "public", [], "", by=LAPTOP)
    browser = team.browser()
    secret, unknown = (browser.get(address.format(name)) for name in ("ledger", "zz-none"))
    assert secret.status_code == unknown.status_code
    assert secret.status_code in {401, 303}
    assert secret.text.replace("ledger", "zz-none") == unknown.text


def test_an_owner_of_the_service_may_see_to_a_private_dataset_but_not_look_into_it(
    team: Any,
) -> None:
    olga = team.signed_in("olga@example.com")
    assert olga.get("/datasets/ledger").status_code == 404
    page = olga.get("/datasets/ledger/access")
    assert page.status_code == 200
    assert "You may not look into it" in page.text
    assert "rows</span>" not in page.text


def test_lists_name_and_count_only_what_the_asker_may_see(team: Any) -> None:
    seen = {}
    for name in ("ana", "vic"):
        browser = team.signed_in(f"{name}@example.com")
        listed = browser.get(ROOT).json["datasets"]
        seen[name] = {one["name"] for one in listed}
        assert browser.get("/health/ready").json["datasets"] <= len(listed)
        for page in ("/", "/datasets", "/docs", "/datasets/zz-none", "/openapi.json", "/runs"):
            text = browser.get(page).text
            shown = {one for one in ("ledger", "payroll") if one in text}
            assert not shown or name == "ana", page
    assert seen["ana"] - seen["vic"] == {"ledger", "payroll"}
    assert "ours" in seen["vic"]


def test_nobody_known_sees_what_is_public_and_no_more(team: Any) -> None:
    team.accounts.sharing.set(Resource("dataset", "flights"), "public", [], "", by=LAPTOP)
    browser = team.browser()
    assert [one["name"] for one in browser.get(ROOT).json["datasets"]] == ["flights"]
    assert browser.get("/health/ready").json["datasets"] == 1
    for address in ("/", "/datasets", "/datasets/flights", "/docs", "/openapi.json", "/stats"):
        assert browser.get(address).status_code in {200, 202}, address
    assert "Sign in" in browser.get("/").text
    assert browser.get("/datasets/ledger").status_code == 303
    assert browser.get(f"{ROOT}/ledger").status_code == 401
    assert browser.get("/people").status_code == 303


def test_health_counts_nothing_for_nobody_known_and_says_no_fault(team: Any) -> None:
    (team.folder / "modelyard.toml").write_text("[workspace]\nnonsense = 1\n")
    import time

    time.sleep(1.1)
    answer = team.browser().get("/health/ready")
    assert answer.json == {"status": "ready", "datasets": 0}
    for email in ("vic@example.com", "ana@example.com"):
        browser = team.signed_in(email)
        said = "modelyard.toml: has a fault. Ask an owner."
        assert browser.get("/health/ready").json["warning"] == said
        assert "has a fault" in browser.get("/").text
        assert "nonsense" not in browser.get("/").text
    olga = team.signed_in("olga@example.com")
    assert "nonsense" in olga.get("/health/ready").json["warning"]
    assert "nonsense" in olga.get("/").text
    assert "nonsense" not in team.browser().get("/sign-in").text


def test_the_short_addresses_do_not_answer_for_a_hidden_default(team: Any) -> None:
    team.accounts.sharing.set(
        Resource("dataset", "flights"), "private", [], "ana@example.com", by=LAPTOP
    )
    vic, ana = team.signed_in("vic@example.com"), team.signed_in("ana@example.com")
    for address in ("/stats", "/outliers?detector=ecod", "/benchmark?wait=0"):
        assert ana.get(address).status_code in {200, 202}
        answer = vic.get(address)
        assert answer.status_code == 404
        assert "flights" not in answer.text
    assert vic.get(ROOT).json["default"] is None
    assert team.browser().get("/stats").status_code == 401


def test_a_viewer_is_told_why_not(team: Any) -> None:
    answer = team.signed_in("vic@example.com").get("/people")
    assert answer.status_code == 403
    assert "The role &#39;viewer&#39; is not allowed to manage people." in answer.text


def test_a_laptop_without_users_needs_no_sign_in(client: FlaskClient) -> None:
    for address in ("/", "/datasets/flights/access", "/people", "/account", "/audit"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "modelyard users add" in answer.text, address
    assert client.get("/api/v1/me").json["kind"] == "laptop"
    assert client.get("/sign-in").status_code == 200


def test_a_laptop_is_nobodys_once_there_is_a_user(team: Any) -> None:
    assert team.browser().get("/").status_code == 303


@pytest.mark.parametrize("settings", [{"proxies": 1}, {"public_url": "https://yard.example.com"}])
def test_a_service_behind_a_proxy_is_nobodys_laptop(
    folder: Any, make_client: Make, settings: dict[str, Any]
) -> None:
    client = make_client(folder, **settings)
    assert client.get("/api/v1/me").status_code == 401
    assert client.get("/datasets/flights").status_code == 303


@pytest.mark.parametrize(
    "header",
    ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"],
)
def test_what_came_through_a_proxy_is_not_from_this_laptop(
    client: FlaskClient, header: str
) -> None:
    for address in ("/", "/people", "/datasets/flights", "/api/v1/me", f"{ROOT}/flights"):
        answer = client.get(address, headers={header: "x"})
        assert answer.status_code == 403, address
        assert "a proxy stands in front" in answer.text
        assert "Set MODELYARD_PROXIES, and make the first user." in answer.text
    change = {"level": "public"}
    answer = client.put(f"{ROOT}/flights/access", json=change, headers={header: ""})
    assert answer.status_code == 403
    assert client.get("/api/v1/me").json["kind"] == "laptop"


def test_a_public_service_without_users_is_read_by_everybody_and_changed_by_nobody(
    folder: Any, make_client: Make
) -> None:
    client = make_client(folder, host="0.0.0.0", public=True)
    assert client.get("/api/v1/me").json["scopes"] == ["read"]
    assert client.get("/datasets/flights/access").status_code == 200
    assert client.get("/people").status_code == 403
    change = {"level": "public"}
    assert client.put(f"{ROOT}/flights/access", json=change).status_code == 403


def test_a_service_for_others_without_users_is_open_to_nobody(
    folder: Any, make_client: Make
) -> None:
    client = make_client(folder, host="0.0.0.0")
    assert client.get("/api/v1/me").status_code == 401


def test_pages_for_somebody_are_kept_by_no_browser(team: Any) -> None:
    ana = team.signed_in("ana@example.com")
    for address in ("/", "/account", "/datasets/ours/access", "/api/v1/me"):
        assert ana.get(address).headers["Cache-Control"] == "no-store", address
    assert "no-cache" in ana.get(f"{ROOT}/flights").headers["Cache-Control"]


def test_a_request_in_the_steady_state_asks_the_database_nothing(team: Any) -> None:
    from sqlalchemy import event

    header = team.token("ana@example.com", "read")
    ana = team.signed_in("ana@example.com")
    bare = team.app.test_client()
    asked: list[str] = []
    engine = team.app.extensions["modelyard"].records.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    memory = team.accounts.users.ground.memory
    memory.ticks = lambda: 0.0
    for _ in range(2):
        del asked[:]
        assert ana.get(f"{ROOT}/flights").status_code == 200
        assert bare.get(f"{ROOT}/flights", headers=header).status_code == 200
    assert [text for text in asked if text.startswith("SELECT")] == []

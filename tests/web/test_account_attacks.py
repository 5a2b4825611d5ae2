"""What somebody who means harm may try on accounts; each attack is a test."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from modelyard.accounts.resource import Resource
from modelyard.web.needs import find_need

ROOT = "/api/v1/datasets"
PASSWORD = "kettle ocean violet 9"
ANA = {"email": "ana@example.com", "password": PASSWORD}
FOREIGN = [
    {"HTTP_SEC_FETCH_SITE": "cross-site"},
    {"HTTP_SEC_FETCH_SITE": "same-site"},
    {"HTTP_ORIGIN": "https://evil.example"},
    {"HTTP_ORIGIN": "http://localhost.evil.example"},
    {"HTTP_ORIGIN": "https://localhost"},
    {"HTTP_ORIGIN": "null"},
    {"HTTP_ORIGIN": "http://["},
    {"HTTP_ORIGIN": "https://evil.example", "HTTP_SEC_FETCH_SITE": "cross-site"},
]
ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\n/evil.example",
    "\x00//evil.example",
    "///evil.example",
    "%2F%2Fevil.example",
    "/%0d%0aSet-Cookie:x=1\r\nSet-Cookie: y=1",
    "evil.example",
    "@evil.example",
    "/sign-out",
    "/" + "x" * 5000,
]


def cookie_of(client: FlaskClient) -> str:
    found = client.get_cookie("modelyard")
    return found.value if found else ""


def unsafe_routes(team: Any) -> list[tuple[str, str]]:
    return [
        (method, re.sub(r"<[^>]+>", "flights", rule.rule))
        for rule in team.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"})
    ]


def test_a_session_id_that_was_planted_before_signing_in_is_worth_nothing(team: Any) -> None:
    browser = team.browser()
    browser.set_cookie("modelyard", "planted-by-somebody-else")
    browser.post("/sign-in", data=ANA)
    assert cookie_of(browser) not in {"", "planted-by-somebody-else"}
    thief = team.browser()
    thief.set_cookie("modelyard", "planted-by-somebody-else")
    assert thief.get("/api/v1/me").status_code == 401


def test_signing_in_again_ends_the_session_that_was_there(team: Any) -> None:
    browser = team.signed_in("ana@example.com")
    before = cookie_of(browser)
    browser.post("/sign-in", data={"email": "vic@example.com", "password": PASSWORD})
    assert cookie_of(browser) != before
    thief = team.browser()
    thief.set_cookie("modelyard", before)
    assert thief.get("/api/v1/me").status_code == 401


def test_signing_out_ends_the_session_on_the_server_too(team: Any) -> None:
    browser = team.signed_in("ana@example.com")
    stolen = cookie_of(browser)
    answer = browser.post("/sign-out")
    assert answer.status_code == 303
    assert cookie_of(browser) == ""
    browser.set_cookie("modelyard", stolen)
    assert browser.get("/api/v1/me").status_code == 401


def test_signing_out_takes_a_form_not_a_link(team: Any) -> None:
    browser = team.signed_in("ana@example.com")
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/api/v1/me").status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(team: Any) -> None:
    answer = team.browser().post("/sign-in", data=ANA)
    written = answer.headers["Set-Cookie"]
    assert written.startswith("modelyard=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in written
    assert "Domain" not in written


def test_over_tls_the_cookie_is_bound_to_the_host_and_to_tls(make_team: Any) -> None:
    team = make_team(public_url="https://yard.example.com")
    browser = team.browser()
    answer = browser.post("/sign-in", data=ANA, base_url="https://yard.example.com")
    written = answer.headers["Set-Cookie"]
    assert written.startswith("__Host-modelyard=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in written
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    secret = written.partition("=")[2].partition(";")[0]
    plain = team.browser()
    plain.set_cookie("modelyard", secret, domain="yard.example.com")
    assert plain.get("/api/v1/me", base_url="https://yard.example.com").status_code == 401


@pytest.mark.parametrize(
    "address", ["?token={}", "?access_token={}", "?authorization=Bearer%20{}", "?api_key={}"]
)
def test_a_token_in_the_address_counts_for_nothing(team: Any, address: str) -> None:
    secret = team.token("ana@example.com", "read")["Authorization"].removeprefix("Bearer ")
    answer = team.app.test_client().get("/api/v1/me" + address.format(secret))
    assert answer.status_code == 401
    body = team.app.test_client().post("/api/v1/tokens", json={"token": secret, "name": "x"})
    assert body.status_code == 401


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_but_here(team: Any, target: str) -> None:
    browser = team.browser()
    answer = browser.post("/sign-in", data=ANA | {"next": target})
    assert answer.status_code == 303
    assert answer.location in {"/", "/%2F%2Fevil.example"}
    assert "Set-Cookie: y" not in str(answer.headers)
    already = browser.get("/sign-in", query_string={"next": target})
    assert already.location == "/"


@pytest.mark.parametrize("target", ["/datasets/flights", "/datasets/flights/rows?filter=a:eq:b"])
def test_signing_in_leads_back_to_a_path_of_ours(team: Any, target: str) -> None:
    answer = team.browser().post("/sign-in", data=ANA | {"next": target})
    assert answer.location == target


def test_an_unknown_person_gets_the_same_answer_for_the_same_work(team: Any) -> None:
    seen = []
    for email, password in (
        ("ana@example.com", "not her password"),
        ("nobody@example.com", "not her password"),
        ("not even an address", "not her password"),
    ):
        team.hasher.verified = 0
        answer = team.browser().post("/sign-in", data={"email": email, "password": password})
        text = answer.text.replace(email, "EMAIL")
        headers = {k: v for k, v in answer.headers.items() if k != "Content-Length"}
        seen.append((answer.status_code, text, headers, team.hasher.verified))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0] == 403
    assert seen[0][3] == 1


def test_a_disabled_person_learns_no_more_than_one_with_a_wrong_password(team: Any) -> None:
    wrong = team.browser().post("/sign-in", data=ANA | {"password": "wrong wrong wrong"})
    team.accounts.users.disable(team.user("ana@example.com").id, by=_olga(team))
    right = team.browser().post("/sign-in", data=ANA)
    assert (wrong.status_code, wrong.text) == (right.status_code, right.text)


def test_a_password_typed_into_a_form_is_never_sent_back(team: Any) -> None:
    password = "a-password-that-is-wrong"
    browser = team.browser()
    assert password not in browser.post("/sign-in", data=ANA | {"password": password}).text
    path = team.link("invite", "new@example.com")
    form = {"email": "new@example.com", "name": "N", "password": password, "again": "other-one"}
    answer = browser.post(path, data=form)
    assert answer.status_code == 422
    assert password not in answer.text


def test_guessing_is_slowed_down_and_the_form_says_how_long(team: Any) -> None:
    browser = team.browser()
    wrong = ANA | {"password": "wrong wrong wrong"}
    statuses = [browser.post("/sign-in", data=wrong).status_code for _ in range(8)]
    assert statuses[0] == 403
    assert statuses[-1] == 429
    answer = browser.post("/sign-in", data=wrong)
    assert int(answer.headers["Retry-After"]) >= 1
    assert 'value="ana@example.com"' in answer.text


def test_a_guesser_elsewhere_does_not_lock_the_person_out(team: Any) -> None:
    team.signed_in("ana@example.com")
    guesser = team.browser()
    guesser.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    for _ in range(40):
        guesser.post("/sign-in", data=ANA | {"password": "wrong wrong wrong"})
    assert guesser.post("/sign-in", data=ANA).status_code == 429
    team.signed_in("ana@example.com")


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer myd_" + "A" * 43,
        "Bearer " + "x" * 7000,
        "bearer \x7f\xff",
        "Bearer a b",
        "BEARER myd_",
        "Bearer 𝕏".encode().decode("latin-1"),
    ],
)
@pytest.mark.parametrize("address", [f"{ROOT}/flights", "/datasets/flights", "/sign-in", "/"])
def test_a_malformed_or_foreign_token_is_refused_everywhere(
    team: Any, header: str, address: str
) -> None:
    answer = team.app.test_client().get(address, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_wrong_token_is_refused_even_beside_a_good_cookie_and_on_what_is_public(
    team: Any,
) -> None:
    team.accounts.sharing.set(Resource("dataset", "flights"), "public", [], "", by=_olga(team))
    wrong = {"Authorization": "Bearer myd_wrong"}
    ana = team.signed_in("ana@example.com")
    assert team.app.test_client().get(f"{ROOT}/flights").status_code == 200
    assert ana.get(f"{ROOT}/flights", headers=wrong).status_code == 401


def test_a_revoked_token_is_refused_at_once_and_says_so(team: Any) -> None:
    header = team.token("ana@example.com", "read")
    client = team.app.test_client()
    assert client.get("/api/v1/me", headers=header).status_code == 200
    ana = team.user("ana@example.com")
    token = team.accounts.tokens.list_tokens(ana.id)[0]
    team.accounts.tokens.revoke(token.id, by=ana.as_actor())
    answer = client.get("/api/v1/me", headers=header)
    assert answer.status_code == 401
    assert "revoked" in answer.json["detail"]


def test_an_expired_token_is_refused_and_says_so(team: Any) -> None:
    ana = team.user("ana@example.com")
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    _, secret = team.accounts.tokens.create(
        ana, "short", ["read"], expires_at=soon, by=ana.as_actor()
    )
    time.sleep(0.4)
    header = {"Authorization": f"Bearer {secret}"}
    answer = team.app.test_client().get("/api/v1/me", headers=header)
    assert answer.status_code == 401
    assert "expired" in answer.json["detail"]


def test_a_token_of_another_service_is_refused(team: Any, make_client: Any, tmp_path: Any) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "t.csv").write_text("a\n1\n")
    database = f"sqlite:///{tmp_path}/other.db"
    app = make_client(other, database_url=database).application
    accounts = app.extensions["modelyard"].records.accounts
    from modelyard.accounts.actor import LAPTOP

    user = accounts.users.add("ana@example.com", "owner", by=LAPTOP)
    _, secret = accounts.tokens.create(user, "t", ["read"], by=user.as_actor())
    header = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/api/v1/me", headers=header).status_code == 200
    assert team.app.test_client().get("/api/v1/me", headers=header).status_code == 401


def test_a_token_for_one_dataset_opens_no_other(team: Any) -> None:
    header = team.token("ana@example.com", "read", "write", only=Resource("dataset", "flights"))
    client = team.app.test_client()
    assert client.get(f"{ROOT}/flights", headers=header).status_code == 200
    assert client.get(f"{ROOT}/ledger", headers=header).status_code == 404
    assert client.get("/datasets/ledger", headers=header).status_code == 404
    listed = client.get(ROOT, headers=header).json["datasets"]
    assert [one["name"] for one in listed] == ["flights"]
    assert client.get("/api/v1/tokens", headers=header).status_code == 403
    body = {"level": "public"}
    assert client.put(f"{ROOT}/ledger/access", headers=header, json=body).status_code == 404


def test_a_token_cannot_make_itself_a_stronger_or_longer_one(team: Any) -> None:
    header = team.token("olga@example.com", "read", "run", "write")
    client = team.app.test_client()
    wanted = {"name": "mine", "scopes": ["admin"], "expires_days": None}
    assert client.post("/api/v1/tokens", json=wanted, headers=header).status_code == 403
    wanted["scopes"] = ["read"]
    assert client.post("/api/v1/tokens", json=wanted, headers=header).status_code == 403
    assert client.get("/account", headers=header).status_code == 403
    assert client.get("/people", headers=header).status_code == 403


def test_an_admin_token_for_one_dataset_manages_nobody(team: Any) -> None:
    header = team.token("olga@example.com", "admin", only=Resource("dataset", "flights"))
    client = team.app.test_client()
    ana = team.user("ana@example.com").id
    assert client.get("/api/v1/users", headers=header).status_code == 403
    assert client.get("/api/v1/audit", headers=header).status_code == 403
    assert client.post("/api/v1/users", json={"email": "x@y.z"}, headers=header).status_code == 403
    answer = client.patch(f"/api/v1/users/{ana}", json={"active": False}, headers=header)
    assert answer.status_code == 403


def test_a_viewer_who_tries_to_write_is_refused_with_the_reason(team: Any) -> None:
    vic = team.signed_in("vic@example.com")
    answer = vic.put(f"{ROOT}/flights/access", json={"level": "public"})
    assert answer.status_code == 403
    assert "viewer" in answer.json["detail"]
    assert vic.post("/datasets/ours/access", data={"level": "public"}).status_code == 403
    assert vic.post("/people/invite", data={"email": "x@example.com"}).status_code == 403
    assert vic.post("/api/v1/tokens", json={"name": "x", "scopes": ["write"]}).status_code == 403
    assert vic.put(f"{ROOT}/ledger/access", json={"level": "public"}).status_code == 404


def test_a_viewer_cannot_make_themselves_an_owner(team: Any) -> None:
    vic = team.signed_in("vic@example.com")
    mine = team.user("vic@example.com").id
    assert vic.post(f"/people/{mine}/role", data={"role": "owner"}).status_code == 403
    assert vic.patch(f"/api/v1/users/{mine}", json={"role": "owner"}).status_code == 403
    assert team.user("vic@example.com").role == "viewer"


def test_the_cookie_of_a_disabled_person_counts_no_more(team: Any) -> None:
    ana = team.signed_in("ana@example.com")
    header = team.token("ana@example.com", "read")
    team.accounts.users.disable(team.user("ana@example.com").id, by=_olga(team))
    assert ana.get("/api/v1/me").status_code == 401
    assert ana.get("/account").status_code == 303
    assert team.app.test_client().get("/api/v1/me", headers=header).status_code == 401


def test_somebody_elses_token_cannot_be_revoked_or_seen(team: Any) -> None:
    team.token("ana@example.com", "read")
    token = team.accounts.tokens.list_tokens(team.user("ana@example.com").id)[0]
    vic = team.signed_in("vic@example.com")
    unknown = vic.delete("/api/v1/tokens/0123456789abcdef")
    theirs = vic.delete(f"/api/v1/tokens/{token.id}")
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.text.replace(token.id, "0123456789abcdef") == unknown.text
    assert vic.post(f"/account/tokens/{token.id}/revoke").status_code == 404
    assert vic.get("/api/v1/tokens").json["tokens"] == []
    assert vic.get("/api/v1/tokens?all=1").status_code == 403
    assert team.accounts.tokens.get_token(token.id).revoked_at is None


@pytest.mark.parametrize("foreign", FOREIGN)
def test_no_form_of_another_site_is_taken(team: Any, foreign: dict[str, str]) -> None:
    olga = team.signed_in("olga@example.com")
    del olga.environ_base["HTTP_SEC_FETCH_SITE"]
    for method, address in unsafe_routes(team):
        answer = olga.open(address, method=method, data={}, environ_overrides=foreign)
        assert answer.status_code == 403, (method, address)
        assert "another web site" in answer.text, (method, address)
    assert olga.get("/api/v1/me").status_code == 200


def test_a_cookie_without_a_word_on_where_the_form_came_from_is_not_enough(team: Any) -> None:
    olga = team.signed_in("olga@example.com")
    del olga.environ_base["HTTP_SEC_FETCH_SITE"]
    for method, address in unsafe_routes(team):
        answer = olga.open(address, method=method, data={})
        assert answer.status_code == 403, (method, address)


def test_a_foreign_page_cannot_sign_somebody_in_as_somebody_else(team: Any) -> None:
    browser = team.browser()
    for foreign in FOREIGN:
        del browser.environ_base["HTTP_SEC_FETCH_SITE"]
        answer = browser.post("/sign-in", data=ANA, environ_overrides=foreign)
        browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers


def test_a_page_of_ours_may_send_forms_where_the_browser_tells_the_origin_alone(team: Any) -> None:
    browser = team.browser()
    del browser.environ_base["HTTP_SEC_FETCH_SITE"]
    own = {"HTTP_ORIGIN": "http://localhost"}
    answer = browser.post("/sign-in", data=ANA, environ_overrides=own)
    assert answer.status_code == 303


def test_behind_tls_a_page_of_ours_is_one_that_came_by_tls(make_team: Any) -> None:
    team = make_team(public_url="https://yard.example.com", host="0.0.0.0")
    for origin, status in (
        ("https://yard.example.com", 303),
        ("http://yard.example.com", 403),
        ("https://yard.example.com:8443", 403),
    ):
        browser = team.app.test_client()
        headers = {"Origin": origin, "Host": "yard.example.com", "Accept": "text/html"}
        answer = browser.post("/sign-in", data=ANA, headers=headers)
        assert answer.status_code == status, origin


def test_a_token_needs_no_word_on_where_it_came_from(team: Any) -> None:
    header = team.token("ana@example.com", "write")
    answer = team.app.test_client().put(
        f"{ROOT}/flights/access", json={"level": "public"}, headers=header
    )
    assert answer.status_code == 403
    assert "role" in answer.json["detail"] or "scope" in answer.json["detail"]


def test_a_page_of_another_site_cannot_change_a_laptop(client: FlaskClient) -> None:
    for foreign in FOREIGN:
        answer = client.put(
            f"{ROOT}/flights/access", json={"level": "public"}, environ_overrides=foreign
        )
        assert answer.status_code == 403
    assert client.put(f"{ROOT}/flights/access", json={"level": "public"}).status_code == 200


def test_line_breaks_do_not_get_into_headers(team: Any) -> None:
    browser = team.browser()
    answer = browser.get("/datasets/flights%0d%0aX-Evil:%201")
    assert answer.status_code == 303
    assert "X-Evil" not in answer.headers
    assert "\r" not in answer.location
    assert "\n" not in answer.location
    olga = team.signed_in("olga@example.com")
    answer = olga.get("/audit/file?format=csv%0d%0aX-Evil:%201")
    assert answer.status_code == 422
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize("address", ["/sign-in", "/people/invite", "/api/v1/users"])
def test_an_oversized_body_is_refused(team: Any, address: str) -> None:
    olga = team.signed_in("olga@example.com")
    kind = "application/json" if "api" in address else "application/x-www-form-urlencoded"
    body = b"email=" + b"x" * 2_000_000
    assert olga.post(address, data=body, content_type=kind).status_code == 413


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"text"', 400),
        (b"\xff\xfe{}", 400),
        (b'{"email": "a@b.c", "emial": 1}', 422),
        (b'{"email": 1}', 422),
        (b'{"email": ["a@b.c"]}', 422),
        (b'{"email": "\\u0000@b.c"}', 400),
        (b'{"email": "not an address"}', 422),
        (b'{"email": "a@b.c", "role": "god"}', 422),
        (b"[" * 100_000, 400),
    ],
)
def test_bad_json_is_a_problem_in_words(team: Any, body: bytes, status: int) -> None:
    olga = team.signed_in("olga@example.com")
    answer = olga.post("/api/v1/users", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["detail"]


@pytest.mark.parametrize(
    "given",
    [
        {"name": "x", "scopes": "read"},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": [["read"]]},
        {"name": "x", "scopes": ["root"]},
        {"name": ""},
        {"name": 5},
        {"name": "x" * 500},
        {"name": "x", "expires_days": 0},
        {"name": "x", "expires_days": True},
        {"name": "x", "expires_days": 1.5},
        {"name": "x", "expires_days": 10**9},
        {"name": "x", "resource": "flights"},
        {"name": "x", "resource": "run/1"},
        {"name": "x", "resource": {"kind": "dataset"}},
        {"name": "x", "resource": ["dataset/flights"]},
    ],
)
def test_a_token_that_cannot_be_is_refused(team: Any, given: dict[str, Any]) -> None:
    ana = team.signed_in("ana@example.com")
    assert ana.post("/api/v1/tokens", json=given).status_code == 422


def test_a_token_for_a_secret_dataset_tells_nothing_of_it(team: Any) -> None:
    vic = team.signed_in("vic@example.com")
    seen = [
        vic.post("/api/v1/tokens", json={"name": "x", "resource": f"dataset/{name}"})
        for name in ("ledger", "zz-none")
    ]
    assert seen[0].status_code == 404
    assert seen[0].text.replace("ledger", "zz-none") == seen[1].text


def test_a_link_is_never_written_with_a_host_that_the_caller_made_up(make_team: Any) -> None:
    team = make_team(host="0.0.0.0", public_url="https://yard.example.com")
    olga = team.token("olga@example.com", "admin")
    client = team.app.test_client()
    for number, host in enumerate(["evil.example", "evil.example:80", "localhost.evil.example"]):
        answer = client.post(
            "/api/v1/users",
            json={"email": f"new{number}@example.com"},
            headers=olga | {"Host": host, "X-Forwarded-Host": host},
        )
        assert answer.json["link"].startswith("https://yard.example.com/invitation/")


def test_without_a_known_address_a_link_has_its_path_alone(make_team: Any) -> None:
    team = make_team(host="0.0.0.0")
    olga = team.token("olga@example.com", "admin")
    answer = team.app.test_client().post(
        "/api/v1/users",
        json={"email": "new@example.com"},
        headers=olga | {"Host": "evil.example"},
    )
    assert answer.json["link"].startswith("/invitation/")


def test_a_made_up_address_in_x_forwarded_for_counts_for_nothing_without_proxies(
    team: Any,
) -> None:
    browser = team.browser()
    statuses = [
        browser.post(
            "/sign-in",
            data=ANA | {"password": "wrong wrong wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Forwarded-Proto": "https"},
        ).status_code
        for number in range(10)
    ]
    assert statuses[-1] == 429
    entries = team.accounts.audit.entries(action="sign-in.refused")
    assert {entry.address for entry in entries} == {"127.0.0.1"}


def test_behind_a_proxy_only_the_address_that_it_saw_counts(make_team: Any) -> None:
    team = make_team(proxies=1, host="0.0.0.0")
    browser = team.browser()
    forwarded = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4", "X-Forwarded-Proto": "https"}
    answer = browser.post("/sign-in", data=ANA | {"password": "wrong one here"}, headers=forwarded)
    assert answer.status_code == 403
    assert "Strict-Transport-Security" in answer.headers
    assert team.accounts.audit.entries(limit=1)[0].address == "198.51.100.4"


def test_an_invitation_works_once(team: Any) -> None:
    path = team.link("invite", "new@example.com", "analyst")
    form = {"email": "new@example.com", "password": PASSWORD, "again": PASSWORD}
    assert team.browser().get(path).status_code == 200
    assert team.browser().post(path, data=form).status_code == 303
    used, unknown = (team.browser().get(p) for p in (path, "/invitation/" + "x" * 43))
    assert used.status_code == unknown.status_code == 404
    assert used.text == unknown.text
    assert team.browser().post(path, data=form).status_code == 404


def test_an_invitation_for_one_address_makes_no_account_for_another(team: Any) -> None:
    path = team.link("invite", "new@example.com")
    form = {"email": "evil@example.com", "password": PASSWORD, "again": PASSWORD}
    team.browser().post(path, data=form)
    assert team.accounts.users.find_by_email("evil@example.com") is None


def test_a_link_for_one_purpose_does_not_serve_another(team: Any) -> None:
    secret = team.link("reset", "ana@example.com").rpartition("/")[2]
    for path in ("/welcome/", "/invitation/"):
        assert team.browser().get(path + secret).status_code == 404
        form = {"email": "x@example.com", "password": PASSWORD, "again": PASSWORD}
        assert team.browser().post(path + secret, data=form).status_code == 404
    assert team.browser().get(f"/reset/{secret}").status_code == 200


def test_a_new_password_ends_the_sessions_of_a_thief(team: Any) -> None:
    thief = team.signed_in("ana@example.com")
    path = team.link("reset", "ana@example.com")
    new = "another ocean kettle 7"
    answer = team.browser().post(path, data={"password": new, "again": new})
    assert answer.status_code == 303
    assert thief.get("/api/v1/me").status_code == 401


def test_an_attacker_cannot_be_the_first_by_an_invitation(client: FlaskClient) -> None:
    assert client.post("/api/v1/users", json={"email": "x@example.com"}).status_code == 409
    assert client.post("/people/invite", data={"email": "x@example.com"}).status_code == 409
    assert client.post("/api/v1/tokens", json={"name": "x"}).status_code == 409


def test_a_cell_of_the_exported_log_is_no_formula(team: Any) -> None:
    browser = team.browser()
    browser.post("/sign-in", data={"email": "=1+1@example.com", "password": "wrong wrong"})
    text = team.signed_in("olga@example.com").get("/audit/file?format=csv").text
    assert "'=1+1@example.com" in text
    assert ",=1+1" not in text


def test_markup_in_names_and_browsers_stays_text(team: Any) -> None:
    path = team.link("invite", "new@example.com", "owner")
    nasty = "<script>alert(1)</script>"
    form = {"email": "new@example.com", "name": nasty, "password": PASSWORD, "again": PASSWORD}
    browser = team.browser()
    browser.environ_base["HTTP_USER_AGENT"] = nasty
    assert browser.post(path, data=form).status_code == 303
    browser.post("/account/tokens", data={"name": nasty, "scopes": "read"})
    for address in ("/", "/account", "/people", "/audit", "/datasets/flights/access"):
        text = browser.get(address).text
        assert "<script>alert" not in text, address
    assert "&lt;script&gt;" in browser.get("/account").text


def test_every_open_form_is_known(team: Any) -> None:
    open_forms = {
        address
        for rule in team.app.url_map.iter_rules()
        for address in [rule.rule]
        if "POST" in (rule.methods or set())
        and (need := find_need(team.app, rule.endpoint)) is not None
        and need.who == "everybody"
    }
    secrets = {f"/{word}/<secret>" for word in ("welcome", "invitation", "reset")}
    assert open_forms == {"/sign-in", "/sign-out"} | secrets


def _olga(team: Any) -> Any:
    return team.user("olga@example.com").as_actor()

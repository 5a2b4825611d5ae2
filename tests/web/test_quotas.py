"""Tokens with a quota over HTTP: refused in time, told when to come again, set by those who may."""

import pytest

from modelyard.web.live import LIVE

OLGA, ANA = "olga@example.com", "ana@example.com"


def make(team, email, **more):
    wanted = {"name": "ci", "scopes": ["read"], **more}
    made = team.signed_in(email).post("/api/v1/tokens", json=wanted)
    assert made.status_code == 201, made.text
    return made.json


def asked(team, token, path="/api/v1/datasets"):
    return team.app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_token_is_told_when_to_ask_again(team):
    made = make(team, ANA, quota="3/day")
    assert made["quota"] == "3/day"
    assert [asked(team, made["token"]).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = asked(team, made["token"])
    assert 1 <= int(refused.headers["Retry-After"]) <= 86_400
    assert refused.mimetype == "application/problem+json"
    assert refused.json["detail"] == "its quota of 3/day is used up."
    assert refused.headers["X-Content-Type-Options"] == "nosniff"
    assert asked(team, made["token"], "/health/live").status_code == 200
    told = team.signed_in(OLGA).get("/metrics").text
    assert 'route="refused",status="429"' in told


@pytest.mark.parametrize("path", ["/v2/models/none/infer", "/ping", "/nowhere", "/static/app.css"])
def test_no_door_is_left_open_beside_the_quota(team, path):
    made = make(team, ANA, quota="1/day")
    asked(team, made["token"])
    assert asked(team, made["token"], path).status_code == 429


def test_a_token_that_does_not_hold_is_told_so_and_one_without_quota_asks_on(team):
    assert asked(team, "myd_unknown").status_code == 401
    made = make(team, ANA)
    assert {asked(team, made["token"]).status_code for _ in range(30)} == {200}


def test_a_quota_is_changed_over_rest_by_those_who_may(team):
    made = make(team, ANA, quota="50/minute")
    address = f"/api/v1/tokens/{made['id']}"
    ana, olga = team.signed_in(ANA), team.signed_in(OLGA)
    assert ana.patch(address, json={"quota": "10/minute"}).json["quota"] == "10/minute"
    assert ana.patch(address, json={"quota": "20/minute"}).status_code == 403
    assert olga.patch(address, json={"quota": None}).json["quota"] is None
    assert ana.patch(address, json={}).status_code == 422
    assert ana.patch(address, json={"quota": "often"}).status_code == 422
    assert ana.patch(address, json={"quota": 5}).status_code == 422
    assert team.signed_in("vic@example.com").patch(address, json={"quota": None}).status_code == 404


def test_a_quota_is_given_and_changed_on_the_page_of_the_account(team, make_page):
    ana = team.signed_in(ANA)
    form = {"name": "ci", "scopes": "read", "expires_days": "30", "quota": "600/minute"}
    page = ana.post("/account/tokens", data=form | {"key": "a-key-of-this-form"})
    assert "600/minute" in page.text
    wrong = ana.post("/account/tokens", data=form | {"quota": "many", "key": "another-key"})
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.text
    accounts = team.app.extensions[LIVE].records.accounts
    (token,) = accounts.tokens.list_tokens(team.user(ANA).id)
    address = f"/account/tokens/{token.id}/quota"
    assert ana.post(address, data={"quota": "5/minute"}).location == "/account?done=quota"
    assert "5/minute" in ana.get("/account").text
    refused = ana.post(address, data={"quota": "900/minute"})
    assert (refused.status_code, "raised by an owner" in refused.text) == (403, True)
    assert make_page(refused.text).refused == []

"""People, tokens, the audit log and sharing over REST."""

import json
from typing import Any

import jsonschema_rs
import pytest

from modelyard.web.api.documents import document


def fits(answer: Any, path: str, method: str = "get") -> Any:
    """Hold that an answer has the shape that the document gives it; give its content."""
    responses = document()["paths"][path][method]["responses"]
    schema = responses[str(answer.status_code)]["content"][answer.mimetype]["schema"]
    whole = {"components": document()["components"], **schema}
    jsonschema_rs.validator_for(whole).validate(answer.json)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json


def test_me_says_who_asks(team: Any) -> None:
    ana = team.signed_in("ana@example.com")
    me = fits(ana.get("/api/v1/me"), "/api/v1/me")
    assert me["scopes"] == ["read", "run", "write"]
    header = team.token("ana@example.com", "read")
    me = fits(team.app.test_client().get("/api/v1/me", headers=header), "/api/v1/me")
    assert (me["kind"], me["scopes"], me["role"]) == ("token", ["read"], "analyst")


def test_people_are_listed_invited_and_changed(team: Any) -> None:
    client, header = team.app.test_client(), team.token("olga@example.com", "admin")
    path = "/api/v1/users"
    users = fits(client.get(path, headers=header), path)["users"]
    assert [user["email"] for user in users] == [
        *("ana@example.com", "olga@example.com", "vic@example.com")
    ]
    body = {"email": "New@example.com", "role": "viewer"}
    given = fits(client.post(path, json=body, headers=header), path, "post")
    assert given["email"] == "new@example.com"
    assert "/invitation/" in given["link"]
    assert client.post(path, json={"email": "ana@example.com"}, headers=header).status_code == 409
    vic = f"{path}/{team.user('vic@example.com').id}"
    one = "/api/v1/users/{user_id}"
    changed = client.patch(vic, json={"role": "analyst", "active": False}, headers=header)
    assert fits(changed, one, "patch")["role"] == "analyst"
    assert changed.json["active"] is False
    back = client.patch(vic, json={"active": True}, headers=header)
    assert fits(back, one, "patch")["active"] is True


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"active": 1}, 422), ({"role": None}, 422), ({"name": "x"}, 422)],
)
def test_a_change_that_cannot_be_is_refused(team: Any, body: Any, status: int) -> None:
    olga = team.signed_in("olga@example.com")
    vic = team.user("vic@example.com").id
    assert olga.patch(f"/api/v1/users/{vic}", json=body).status_code == status
    assert olga.patch("/api/v1/users/nobody", json={"active": True}).status_code == 404


def test_tokens_are_made_listed_and_revoked(team: Any) -> None:
    ana, path = team.signed_in("ana@example.com"), "/api/v1/tokens"
    body = {"name": "export", "resource": "dataset/flights", "expires_days": None}
    answer = ana.post(path, json=body)
    made = fits(answer, path, "post")
    assert answer.headers["Location"] == f"{path}/{made['id']}"
    assert made["token"].startswith("myd_")
    assert made["expires_at"] is None
    listed = fits(ana.get(path), path)["tokens"]
    assert [token["name"] for token in listed] == ["export"]
    assert made["token"] not in json.dumps(listed)
    assert ana.delete(f"{path}/{made['id']}").status_code == 204
    assert ana.get(path).json["tokens"][0]["state"] == "revoked"
    olga = team.signed_in("olga@example.com")
    assert len(fits(olga.get(f"{path}?all=1"), path)["tokens"]) == 1


def test_the_log_is_read_by_owners(team: Any) -> None:
    olga, path = team.signed_in("olga@example.com"), "/api/v1/audit"
    entries = fits(olga.get(f"{path}?action=user.add&limit=2"), path)["entries"]
    assert len(entries) == 2
    older = olga.get(f"{path}?action=user.add&before={entries[-1]['id']}").json["entries"]
    assert len(older) == 1
    assert olga.get(f"{path}?format=csv").mimetype == "text/csv"
    assert olga.get(f"{path}?format=ndjson").mimetype == "application/x-ndjson"
    assert olga.get(f"{path}?format=xml").status_code == 422
    assert team.signed_in("ana@example.com").get(path).status_code == 403


def test_who_may_see_a_dataset_is_told_and_changed(team: Any) -> None:
    olga, vic = team.signed_in("olga@example.com"), team.signed_in("vic@example.com")
    path, of = "/api/v1/datasets/{name}/access", "/api/v1/datasets/{}/access"
    stands = fits(vic.get(of.format("flights")), path)
    assert stands["you"] == {
        "may_read": True,
        "may_manage": False,
        "why": "Everybody who is signed in may see it.",
    }
    body = {"level": "shared", "people": ["VIC@example.com"], "owner": "ana@example.com"}
    changed = fits(olga.put(of.format("flights"), json=body), path, "put")
    assert changed["people"] == ["vic@example.com"]
    assert changed["you"]["may_read"] is False
    fixed = fits(vic.get(of.format("ours")), path)
    assert fixed["fixed"] is True
    assert olga.put(of.format("ours"), json={"level": "public"}).status_code == 409
    for bad in ({"level": 1}, {"level": "public", "people": "x"}, {"levle": "public"}, {}):
        assert olga.put(of.format("flights"), json=bad).status_code == 422, bad


def test_a_private_dataset_without_an_owner_becomes_the_one_of_who_says_so(team: Any) -> None:
    olga = team.signed_in("olga@example.com")
    answer = olga.put("/api/v1/datasets/flights/access", json={"level": "private"})
    assert answer.json["owner"] == "olga@example.com"


def test_addresses_of_people_are_told_to_nobody_unknown(team: Any) -> None:
    olga = team.signed_in("olga@example.com")
    body = {"level": "public", "people": ["vic@example.com"], "owner": "ana@example.com"}
    olga.put("/api/v1/datasets/flights/access", json=body)
    browser = team.browser()
    for address in ("/api/v1/datasets/flights/access", "/datasets/flights/access"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "@example.com" not in answer.text, address

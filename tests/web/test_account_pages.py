"""Signing in, one's account, people, the audit log, who may see a dataset: as pages."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

PASSWORD = "kettle ocean violet 9"
NEW = "another ocean kettle 7"


def link_in(text: str) -> str:
    found = re.search(r'<a href="[^"]*?(/(?:invitation|reset)/[\w-]+)">', text)
    assert found, text
    return found[1]


def secret_in(text: str) -> str:
    found = re.search(r"<code>(myd_[\w-]{43})</code>", text)
    assert found
    return found[1]


def test_the_first_owner_makes_an_account_by_the_link_that_serve_prints(
    client: FlaskClient,
) -> None:
    accounts = client.application.extensions["modelyard"].records.accounts
    path = f"/welcome/{accounts.links.ensure_owner_link()}"
    page = client.get(path)
    assert "Create the owner&#39;s account" in page.text or "Create the owner's" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    form = {"email": "olga@example.com", "name": "Olga", "password": PASSWORD, "again": PASSWORD}
    answer = client.post(path, data=form)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/api/v1/me").json["role"] == "owner"
    assert "Olga" in client.get("/").text
    assert client.application.test_client().get("/").status_code == 303


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"password": "short", "again": "short"}, "password"),
        ({"password": "qwertyuiop12", "again": "qwertyuiop12"}, "password"),
        ({"again": "not the same as it"}, "The two passwords are not the same."),
        ({"email": "ana@example.com"}, "has an account already"),
        ({"email": "no address"}, "is not an e-mail address"),
    ],
)
def test_a_form_with_a_fault_keeps_what_was_typed_and_the_link_works_on(
    team: Any, given: dict[str, str], words: str
) -> None:
    path = team.link("invite")
    form = {"email": "new@example.com", "name": "Nora", "password": PASSWORD, "again": PASSWORD}
    answer = team.browser().post(path, data=form | given)
    assert answer.status_code in {409, 422}
    assert words in answer.text
    assert 'value="Nora"' in answer.text
    assert (form | given)["email"] in answer.text
    assert team.browser().post(path, data=form).status_code == 303


def test_signing_in_goes_on_to_where_one_wanted(team: Any) -> None:
    browser = team.browser()
    wanted = browser.get("/datasets/flights/access")
    page = browser.get(wanted.location)
    assert 'name="next" value="/datasets/flights/access"' in page.text
    form = {"email": "ANA@example.com ", "password": PASSWORD, "next": "/datasets/flights/access"}
    assert browser.post("/sign-in", data=form).location == "/datasets/flights/access"
    assert browser.get("/sign-in?next=/datasets").location == "/datasets"


def test_a_form_of_an_ended_session_leads_to_signing_in(team: Any) -> None:
    ana = team.signed_in("ana@example.com")
    team.accounts.sessions.close_all(team.user("ana@example.com").id)
    answer = ana.post("/account/password", data={})
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_signing_out_is_on_every_page_and_leads_to_signing_in(team: Any) -> None:
    ana = team.signed_in("ana@example.com")
    assert 'action="/sign-out"' in ana.get("/datasets").text
    answer = ana.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert ana.get("/").status_code == 303


def test_owners_find_people_and_the_log_in_the_navigation_and_others_do_not(team: Any) -> None:
    for name, shown in (("olga", True), ("ana", False), ("vic", False)):
        text = team.signed_in(f"{name}@example.com").get("/datasets").text
        assert ('href="/people"' in text) == shown
        assert ('href="/audit"' in text) == shown


def test_the_password_is_changed_and_the_other_sessions_end(team: Any) -> None:
    here, there = (team.signed_in("ana@example.com") for _ in range(2))
    form = {"old_password": PASSWORD, "password": NEW, "again": NEW}
    wrong = here.post("/account/password", data=form | {"old_password": "not it at all"})
    assert wrong.status_code == 403
    assert "The old password is not right." in wrong.text
    differing = here.post("/account/password", data=form | {"again": "something else"})
    assert "The two passwords are not the same" in differing.text
    answer = here.post("/account/password", data=form)
    assert answer.location == "/account?done=password"
    assert "The password is changed" in here.get(answer.location).text
    assert here.get("/api/v1/me").status_code == 200
    assert there.get("/api/v1/me").status_code == 401
    assert (
        team.browser()
        .post("/sign-in", data={"email": "ana@example.com", "password": NEW})
        .status_code
        == 303
    )


def test_one_changes_the_name_that_others_see(team: Any) -> None:
    ana = team.signed_in("ana@example.com")
    answer = ana.post("/account/name", data={"name": "  Ana\tAlvarez <b> "})
    assert answer.location == "/account?done=name"
    assert "Ana Alvarez &lt;b&gt;" in ana.get(answer.location).text
    assert "Ana Alvarez" in team.signed_in("olga@example.com").get("/people").text
    assert team.accounts.audit.entries(limit=5, action="user.name")[0].actor == "ana@example.com"


def test_one_signs_out_everywhere_else(team: Any) -> None:
    here, there = (team.signed_in("ana@example.com") for _ in range(2))
    assert here.get("/account").text.count('<tr><th scope="row">') == 2
    assert here.post("/account/sessions/end-others").status_code == 303
    assert here.get("/api/v1/me").status_code == 200
    assert there.get("/api/v1/me").status_code == 401


def test_a_token_is_shown_once_works_and_is_revoked(team: Any) -> None:
    ana = team.signed_in("ana@example.com")
    form = {"name": "nightly", "scopes": ["read", "run"], "expires_days": "30"}
    page = ana.post("/account/tokens", data=form)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    secret = secret_in(page.text)
    assert f"Bearer {secret}" in page.text.replace("&#39;", "'")
    assert secret not in ana.get("/account").text
    header = {"Authorization": f"Bearer {secret}"}
    me = team.app.test_client().get("/api/v1/me", headers=header).json
    assert (me["kind"], me["scopes"]) == ("token", ["read", "run"])
    token = team.accounts.tokens.list_tokens(team.user("ana@example.com").id)[0]
    assert 29 <= (token.expires_at - token.created_at).days <= 30
    ana.post(f"/account/tokens/{token.id}/revoke")
    assert "revoked" in ana.get("/account").text
    assert team.app.test_client().get("/api/v1/me", headers=header).status_code == 401


def test_a_token_form_with_a_fault_keeps_what_was_chosen(team: Any) -> None:
    vic = team.signed_in("vic@example.com")
    assert 'value="admin"' not in vic.get("/account").text
    form = {"name": "mine", "scopes": ["read", "admin"], "resource": "dataset/ours"}
    page = vic.post("/account/tokens", data=form | {"expires_days": "never"})
    assert page.status_code == 403
    assert "does not include" in page.text
    assert 'value="mine"' in page.text
    assert '<option value="dataset/ours" selected>' in page.text
    assert '<option value="never" selected>' in page.text
    none = vic.post("/account/tokens", data={"name": "mine"})
    assert none.status_code == 422


def test_a_token_is_offered_for_what_one_sees_alone(team: Any) -> None:
    assert "dataset/ledger" in team.signed_in("ana@example.com").get("/account").text
    assert "dataset/ledger" not in team.signed_in("vic@example.com").get("/account").text


def test_an_owner_invites_and_the_invited_one_joins(team: Any) -> None:
    olga = team.signed_in("olga@example.com")
    page = olga.post("/people/invite", data={"email": "New@example.com", "role": "analyst"})
    assert "becomes an analyst here" in page.text
    path = link_in(page.text)
    assert path not in olga.get("/people").text
    newcomer = team.browser()
    shown = newcomer.get(path)
    assert "You are invited" in shown.text
    assert 'value="new@example.com"' in shown.text
    form = {"email": "new@example.com", "name": "", "password": PASSWORD, "again": PASSWORD}
    assert newcomer.post(path, data=form).status_code == 303
    assert newcomer.get("/api/v1/me").json["role"] == "analyst"
    again = olga.post("/people/invite", data={"email": "new@example.com", "role": "viewer"})
    assert again.status_code == 409
    assert 'value="new@example.com"' in again.text


def test_an_owner_changes_roles_shuts_out_and_lets_in_again(team: Any) -> None:
    olga, vic = team.signed_in("olga@example.com"), team.signed_in("vic@example.com")
    mine, theirs = (team.user(f"{name}@example.com").id for name in ("olga", "vic"))
    olga.post(f"/people/{theirs}/role", data={"role": "analyst"})
    assert vic.get("/api/v1/me").json["role"] == "analyst"
    olga.post(f"/people/{theirs}/disable")
    assert vic.get("/api/v1/me").status_code == 401
    assert "disabled" in olga.get("/people").text
    olga.post(f"/people/{theirs}/enable")
    team.signed_in("vic@example.com")
    for path, form in (
        (f"/people/{mine}/disable", {}),
        (f"/people/{mine}/role", {"role": "viewer"}),
    ):
        answer = olga.post(path, data=form)
        assert answer.status_code == 409
        assert "is the last active owner" in answer.text
    assert olga.post("/people/nobody/role", data={"role": "viewer"}).status_code == 404


def test_an_owner_makes_a_link_for_a_new_password(team: Any) -> None:
    olga = team.signed_in("olga@example.com")
    ana = team.user("ana@example.com").id
    path = link_in(olga.post(f"/people/{ana}/reset").text)
    browser = team.browser()
    assert "Choose a new password" in browser.get(path).text
    form = {"email": "ana@example.com", "password": NEW, "again": NEW}
    assert browser.post(path, data=form).status_code == 303
    assert browser.get("/api/v1/me").json["email"] == "ana@example.com"


def test_the_log_tells_who_did_what_and_can_be_filtered(team: Any) -> None:
    olga = team.signed_in("olga@example.com")
    olga.put("/api/v1/datasets/flights/access", json={"level": "private"})
    text = olga.get("/audit").text
    assert "sharing.set" in text
    assert "dataset/flights" in text
    assert "level: private" in text
    filtered = olga.get("/audit?action=user.add").text
    assert "sharing.set" not in filtered.replace("such as user.add", "")
    assert "No entry matches" in olga.get("/audit?actor=nobody@example.com").text
    assert PASSWORD not in text
    assert olga.get("/audit?before=x").status_code == 422


def test_the_log_is_gone_through_page_by_page(team: Any) -> None:
    olga = team.user("olga@example.com").as_actor()
    for number in range(150):
        team.accounts.audit.record(olga, "test.entry", f"thing {number}")
    browser = team.signed_in("olga@example.com")
    first = browser.get("/audit?action=test.entry")
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older
    second = browser.get(older[1].replace("&amp;", "&"))
    assert "thing 49" in second.text
    assert "thing 50<" not in second.text
    assert 'rel="next"' not in second.text
    assert "Newest" in second.text


def test_the_whole_log_is_taken_along(team: Any) -> None:
    olga = team.signed_in("olga@example.com")
    lines = olga.get("/audit/file?format=ndjson").text.splitlines()
    entries = [json.loads(line) for line in lines]
    assert [entry["id"] for entry in entries] == sorted(entry["id"] for entry in entries)
    table = olga.get("/audit/file?format=csv")
    assert table.mimetype == "text/csv"
    assert table.text.splitlines()[0] == "id,at,actor,via,address,action,subject,detail"
    assert len(table.text.splitlines()) == len(entries) + 1
    assert "attachment" in table.headers["Content-Disposition"]


def test_the_page_of_access_says_who_why_and_where_it_was_decided(team: Any) -> None:
    vic = team.signed_in("vic@example.com")
    text = vic.get("/datasets/ours/access").text
    assert "It is shared with you, vic@example.com." in text
    assert "modelyard.toml, line" in text
    assert "Change who may see it" not in text
    text = vic.get("/datasets/flights/access").text
    assert "Everybody who is signed in may see it." in text
    assert "the default" in text
    olga = team.signed_in("olga@example.com")
    text = olga.get("/datasets/ours/access").text
    assert "Change <code>visibility</code>" in text
    assert olga.post("/datasets/ours/access", data={"level": "public"}).status_code == 409


def test_an_owner_shares_a_dataset_and_its_owner_shares_on(team: Any) -> None:
    olga, ana, vic = (team.signed_in(f"{name}@example.com") for name in ("olga", "ana", "vic"))
    form = {"level": "private", "people": "", "owner": "ana@example.com"}
    warned = olga.post("/datasets/flights/access", data=form)
    assert warned.status_code == 409
    assert "You would not see it any more" in warned.text
    form["sure"] = "1"
    assert olga.post("/datasets/flights/access", data=form).status_code == 303
    assert vic.get("/datasets/flights").status_code == 404
    shared = {"level": "shared", "people": "vic@example.com,\nnew@example.com"}
    answer = ana.post("/datasets/flights/access", data=shared | {"owner": "ana@example.com"})
    assert answer.status_code == 303
    assert vic.get("/datasets/flights/rows").status_code == 200
    page = ana.get("/datasets/flights/access").text
    assert "Shared with 2 people" in page
    assert "no account yet" in page
    given = ana.post("/datasets/flights/access", data=form | {"owner": "vic@example.com"})
    assert given.status_code == 403
    assert vic.post("/datasets/flights/access", data=form).status_code == 403


def test_a_sharing_form_with_a_fault_keeps_what_was_typed(team: Any) -> None:
    olga = team.signed_in("olga@example.com")
    for form, words in (
        ({"level": "shared", "people": "not-an-address"}, "is not an e-mail address"),
        ({"level": "shared", "people": ""}, "shared with whom?"),
        ({"level": "secret", "people": "vic@example.com"}, "is not known"),
        ({"level": "private", "people": "", "owner": "nonsense"}, "is not an e-mail address"),
    ):
        page = olga.post("/datasets/flights/access", data=form)
        assert page.status_code == 422, form
        assert words in page.text
        assert form["people"] in page.text


@pytest.mark.parametrize(
    "address",
    [
        *("/sign-in", "/account", "/people", "/audit", "/audit?action=user.add"),
        *("/datasets/flights/access", "/datasets/ours/access", "/invitation/unknown"),
    ],
)
def test_pages_of_accounts_live_with_the_strict_policy(
    team: Any, address: str, make_page: Any
) -> None:
    browser = team.browser() if address == "/sign-in" else team.signed_in("olga@example.com")
    answer = browser.get(address)
    page = make_page(answer.text)
    assert page.refused == []
    assert page.tags.count("h1") == 1
    assert len(page.ids) == len(set(page.ids))
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]

"""What owners find on the page People, forms that show a secret once, and what asks first."""

import re
from typing import Any

PASSWORD = "kettle ocean violet 9"


def key_in(text: str, action: str) -> str:
    found = re.search(
        rf'action="{action}"[^>]*>\s*<input type="hidden" name="key" value="(\w+)"', text
    )
    assert found, text
    return found[1]


def test_owners_find_all_datasets_with_who_may_see_them_and_nothing_of_what_is_in_them(
    team: Any,
) -> None:
    olga = team.signed_in("olga@example.com")
    text = olga.get("/people").text
    for name in ("flights", "ledger", "payroll", "ours", "broken"):
        assert f'href="/datasets/{name}/access"' in text
    assert re.search(r"ledger</a></th>.*Private.*ana@example.com.*modelyard.toml, line", text)
    assert "amount" not in text
    assert olga.get("/datasets/ledger/access").status_code == 200
    assert olga.get("/datasets/ledger/rows").status_code == 404


def test_an_invitation_is_listed_until_it_is_used_or_withdrawn(team: Any) -> None:
    olga = team.signed_in("olga@example.com")
    path = team.link("invite", "new@example.com", "analyst")
    text = olga.get("/people").text
    assert "Invited, and not here yet" in text
    assert "new@example.com" in text
    assert path not in text
    answer = olga.post("/people/withdraw", data={"email": "new@example.com"})
    assert answer.location == "/people?done=withdrawn"
    assert "new@example.com" not in olga.get("/people").text
    assert team.browser().get(path).status_code == 404
    assert olga.post("/people/withdraw", data={"email": "new@example.com"}).status_code == 404
    ana = team.signed_in("ana@example.com")
    assert ana.post("/people/withdraw", data={"email": "new@example.com"}).status_code == 403
    assert team.accounts.audit.entries(action="link.withdraw")[0].subject == "new@example.com"


def test_loading_the_page_again_makes_no_second_secret(team: Any) -> None:
    olga = team.signed_in("olga@example.com")
    shown = olga.get("/account").text
    form = {"name": "ci", "scopes": "read", "key": key_in(shown, "/account/tokens")}
    assert olga.post("/account/tokens", data=form | {"scopes": "fly"}).status_code == 422
    assert "myd_" in olga.post("/account/tokens", data=form).text
    again = olga.post("/account/tokens", data=form)
    assert again.status_code == 409
    assert "It was made already, and was shown once." in again.text
    assert len(team.accounts.tokens.list_tokens()) == 1
    people = olga.get("/people").text
    vic = team.user("vic@example.com").id
    for path, given in (("/people/invite", {"email": "n@b.c"}), (f"/people/{vic}/reset", {})):
        form = given | {"key": key_in(people, path)}
        assert "works once" in olga.post(path, data=form).text
        assert olga.post(path, data=form).status_code == 409
    assert len(team.accounts.audit.entries(action="link.create")) == 2


def test_shutting_somebody_out_and_a_password_link_ask_first(team: Any) -> None:
    text = team.signed_in("olga@example.com").get("/people").text
    for action in ("disable", "reset"):
        for form in re.findall(rf"<form[^>]*/{action}\"", text):
            before = text[: text.index(form)]
            assert before.count("<details") > before.count("</details")
    assert "Yes, disable vic@example.com" in text


def test_a_session_is_ended_by_itself(team: Any) -> None:
    here, there, third = (team.signed_in("ana@example.com") for _ in range(3))
    ends = re.findall(r'action="(/account/sessions/\w+/end)"', here.get("/account").text)
    assert len(ends) == 2
    vic = team.signed_in("vic@example.com")
    vic.post(ends[0])
    assert len(team.accounts.sessions.list_sessions(team.user("ana@example.com").id)) == 3
    assert here.post(ends[0]).location == "/account?done=session"
    left = [one.get("/api/v1/me").status_code for one in (there, third)]
    assert sorted(left) == [200, 401]
    assert here.get("/api/v1/me").status_code == 200


def test_somebody_who_has_just_signed_in_was_seen(team: Any) -> None:
    assert team.user("vic@example.com").last_seen_at is None
    team.signed_in("vic@example.com")
    assert team.user("vic@example.com").last_seen_at is not None

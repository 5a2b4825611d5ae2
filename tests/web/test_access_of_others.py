"""Who may see a dataset, asked about somebody else, and what keeps typos from doing harm."""

from typing import Any

import pytest

from modelyard.accounts.actor import LAPTOP, VISITOR
from modelyard.accounts.decision import decide
from modelyard.accounts.resource import Resource, Visibility

PATH = "/datasets/ours/access"
API = "/api/v1/datasets/{}/access"


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("vic@example.com", "It is shared with vic@example.com."),
        ("ana@example.com", "It is theirs."),
        ("olga@example.com", "It is shared with others, not with olga@example.com."),
        ("vik@example.com", "has no account yet. With one: it is shared with others"),
        ("vik@example.com", "Did you mean vic@example.com?"),
    ],
)
def test_those_who_manage_it_ask_about_somebody_else(team: Any, person: str, words: str) -> None:
    for who in ("ana@example.com", "olga@example.com"):
        browser = team.signed_in(who)
        page = browser.get(f"{PATH}?person={person}")
        assert words in page.text, who
        told = browser.get(f"{API.format('ours')}?user={person}").json["user"]
        assert words in told["why"]
        assert told["may_read"] == (person in {"vic@example.com", "ana@example.com"})


def test_others_do_not_ask_about_somebody_else(team: Any) -> None:
    vic = team.signed_in("vic@example.com")
    assert vic.get(f"{API.format('ours')}?user=ana@example.com").status_code == 403
    assert vic.get(f"{PATH}?person=ana@example.com").status_code == 403
    assert "Why may somebody" not in vic.get(PATH).text
    olga = team.signed_in("olga@example.com")
    assert olga.get(f"{PATH}?person=nonsense").status_code == 422
    team.accounts.users.disable(team.user("vic@example.com").id, by=LAPTOP)
    assert "vic@example.com is disabled." in olga.get(f"{PATH}?person=vic@example.com").text


def test_an_owner_without_an_account_is_refused_and_a_person_without_one_is_named(
    team: Any,
) -> None:
    olga, path = team.signed_in("olga@example.com"), API.format("flights")
    wrong = olga.put(path, json={"level": "private", "owner": "anna@example.com"})
    assert wrong.status_code == 422
    assert wrong.json["cure"] == "Did you mean ana@example.com?"
    shared = {"level": "shared", "people": ["vik@example.com"]}
    answer = olga.put(path, json=shared)
    assert answer.json["without_account"] == ["vik@example.com"]
    assert answer.json["owner"] == "olga@example.com"
    page = olga.get("/datasets/flights/access").text
    assert "Who has no account yet sees it once they have one." in page


def test_a_refusal_names_what_is_lacking(team: Any) -> None:
    header = team.token("ana@example.com", "read", "write")
    team.accounts.users.set_role(team.user("ana@example.com").id, "viewer", by=LAPTOP)
    actor = team.accounts.tokens.find_actor(header["Authorization"].split()[1])
    flights = Resource("dataset", "flights")
    for who, words in (
        (actor, "The role 'viewer' is not allowed to change it."),
        (VISITOR, "Visitors may read; sign-in is needed to change it."),
    ):
        assert decide(who, "write", flights, Visibility()).why == words
    answer = team.signed_in("vic@example.com").get("/audit")
    assert "is not allowed to read the audit log." in answer.text

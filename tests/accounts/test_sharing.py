"""Who may see what, decided on a page: kept, seen everywhere within a second, in the audit log."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from modelyard.accounts.actor import command_line
from modelyard.accounts.resource import LEVELS, Resource, Visibility
from modelyard.errors import Invalid

ADMIN = command_line("ana")
FLIGHTS = Resource("dataset", "flights")


def test_what_nobody_decided_is_left_open(accounts):
    assert accounts.sharing.find(FLIGHTS) is None
    assert accounts.sharing.all_of("dataset") == {}


def test_what_was_decided_is_found_and_listed(accounts, owner):
    by = owner.as_actor()
    people = [" Bob@Example.com", "bob@example.com", "al@example.com", " "]
    decided = accounts.sharing.set(FLIGHTS, "shared", people, "Eve@example.com", by=by)
    assert decided == Visibility(
        level="shared",
        owner="eve@example.com",
        people=("al@example.com", "bob@example.com"),
        decided_by="owner@example.com",
    )
    assert accounts.sharing.find(FLIGHTS) == decided
    assert accounts.sharing.all_of("dataset") == {"flights": decided}
    assert accounts.sharing.all_of("model") == {}


def test_a_change_is_seen_at_once_here_and_within_a_second_elsewhere(accounts, elsewhere, clock):
    assert elsewhere.sharing.find(FLIGHTS) is None
    assert elsewhere.sharing.all_of("dataset") == {}
    accounts.sharing.set(FLIGHTS, "private", [], "eve@example.com", by=ADMIN)
    assert accounts.sharing.find(FLIGHTS).level == "private"
    clock.move(seconds=1)
    assert elsewhere.sharing.find(FLIGHTS).level == "private"
    assert elsewhere.sharing.all_of("dataset")["flights"].level == "private"
    accounts.sharing.forget(FLIGHTS, by=ADMIN)
    assert accounts.sharing.find(FLIGHTS) is None


def test_changes_are_in_the_audit_log(accounts, actions):
    accounts.sharing.set(FLIGHTS, "public", [], "", by=ADMIN)
    accounts.sharing.set(FLIGHTS, "private", [], "eve@example.com", by=ADMIN)
    accounts.sharing.forget(FLIGHTS, by=ADMIN)
    accounts.sharing.forget(FLIGHTS, by=ADMIN)
    assert actions() == ["sharing.set", "sharing.set", "sharing.forget"]
    entry = accounts.audit.entries(action="sharing.set")[0]
    assert (entry.subject, entry.detail) == (
        "dataset/flights",
        {"level": "private", "owner": "eve@example.com", "people": [], "before": "public"},
    )


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("flights", "secret", [], ""), r"^level: 'secret' is not known. Known: private, shared"),
        (("flights", "shared", ["bob"], ""), r"^email: 'bob' is not"),
        (("flights", "shared", [], "bob"), r"^email: 'bob' is not"),
        (("flights", "private", [], ""), r"^owner: is missing"),
        (("x" * 201, "public", [], ""), r"^resource: .* is not the name"),
        (("a\x00b", "public", [], ""), r"^resource: .* is not the name"),
        (("flights", "shared", [f"p{n}@a" for n in range(1001)], ""), r"^people: are more"),
    ],
)
def test_what_cannot_be_decided(accounts, actions, asked, why):
    name, *rest = asked
    with pytest.raises(Invalid, match=why):
        accounts.sharing.set(Resource("dataset", name), *rest, by=ADMIN)
    assert actions() == []


@pytest.mark.parametrize("name", ["\x00", "\ud800", "x" * 1000, "'; DROP TABLE users; --"])
def test_any_name_may_be_asked_for(accounts, name):
    assert accounts.sharing.find(Resource("dataset", name)) is None


def test_two_who_decide_at_once_both_pass_and_one_is_last(accounts, elsewhere):
    def decide(number: int) -> None:
        level = LEVELS[number % 4]
        (accounts, elsewhere)[number % 2].sharing.set(FLIGHTS, level, [], "a@b.c", by=ADMIN)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(decide, range(16)))
    last = accounts.audit.entries(action="sharing.set")
    assert len(last) == 16
    assert accounts.sharing.find(FLIGHTS).level in LEVELS


def test_of_several_who_claim_a_new_name_one_gets_it(accounts, elsewhere, add):
    model = Resource("model", "churn")
    people = [add(f"{name}@example.com") for name in ("ana", "ben")]
    with ThreadPoolExecutor(2) as pool:
        rows = list(
            pool.map(
                lambda pair: pair[0].sharing.claim(model, pair[1].email, by=pair[1].as_actor()),
                zip((accounts, elsewhere), people, strict=True),
            )
        )
    assert rows[0] == rows[1]
    assert rows[0].level == "private"
    assert rows[0].owner in {person.email for person in people}
    noted = [entry for entry in accounts.audit.entries() if entry.action == "sharing.claim"]
    assert [entry.actor for entry in noted] == [rows[0].owner]


def test_who_decided_before_is_not_pushed_aside_by_a_claim(accounts, owner, add):
    model = Resource("model", "churn")
    accounts.sharing.set(model, "public", [], "", by=owner.as_actor())
    ana = add("ana@example.com")
    assert accounts.sharing.claim(model, ana.email, by=ana.as_actor()).level == "public"

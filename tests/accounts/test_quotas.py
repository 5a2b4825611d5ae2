"""How often a token may ask: never more than its quota, in all processes together."""

import threading

import pytest

from modelyard.accounts.accounts import open_accounts
from modelyard.accounts.actor import command_line
from modelyard.errors import Denied, Invalid, NotFound, Throttled
from modelyard.settings.quota import Quota, read_quota

ADMIN = command_line("ana")


def make(accounts, user, quota, **more):
    wanted = read_quota("quota", quota) if quota else None
    return accounts.tokens.create(user, "ci", ["read"], quota=wanted, by=ADMIN, **more)


def granted(accounts, secret, tries):
    """Ask so often, and give how often it was allowed."""
    count = 0
    for _ in range(tries):
        try:
            accounts.tokens.spend(secret)
        except Throttled:
            continue
        count += 1
    return count


@pytest.mark.parametrize("quota", ["1/minute", "7/hour", "200/day"])
def test_a_quota_is_used_up_and_begins_anew_with_its_span(accounts, add, clock, quota):
    _, secret = make(accounts, add(), quota)
    most = read_quota("", quota)
    assert granted(accounts, secret, most.most + 5) == most.most
    with pytest.raises(Throttled, match=f"its quota of {quota} is used up") as fault:
        accounts.tokens.spend(secret)
    assert 1 <= fault.value.wait_s <= most.span_s
    clock.move(seconds=fault.value.wait_s)
    assert granted(accounts, secret, 1) == 1


def test_processes_together_keep_to_a_quota_and_use_nearly_all_of_it(accounts, elsewhere, add):
    _, secret = make(accounts, add(), "400/hour")
    asked = {"here": 0, "there": 0}
    for _ in range(300):
        asked["here"] += granted(accounts, secret, 1)
        asked["there"] += granted(elsewhere, secret, 1)
    assert 360 <= asked["here"] + asked["there"] <= 400
    assert min(asked.values()) > 100


def test_threads_that_ask_at_once_get_no_more_than_the_quota(accounts, add):
    _, secret = make(accounts, add(), "50/day")
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(granted(accounts, secret, 20))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(got) == 50


def test_what_is_refused_asks_the_database_no_more(accounts, add, database, monkeypatch):
    _, secret = make(accounts, add(), "1/day")
    granted(accounts, secret, 3)
    asked = []
    from sqlalchemy import event

    event.listen(database.engine, "before_cursor_execute", lambda *more: asked.append(more[2]))
    assert granted(accounts, secret, 100) == 0
    assert asked == []


def test_a_quota_is_changed_and_holds_at_once(accounts, add):
    token, secret = make(accounts, add(), "2/day")
    assert granted(accounts, secret, 5) == 2
    accounts.tokens.set_quota(token.id, Quota(5, "day"), by=ADMIN)
    assert granted(accounts, secret, 9) == 3, "two of the five were asked already"
    assert accounts.tokens.set_quota(token.id, None, by=ADMIN).quota is None
    assert granted(accounts, secret, 50) == 50


def test_its_person_may_lower_it_and_an_owner_may_raise_it(accounts, add, owner):
    ana, bob = add(), add("bob@example.com")
    token, _ = make(accounts, ana, "60/minute")

    def actor(user):
        return accounts.sessions.find_actor(accounts.sessions.open(user))

    lower, higher = Quota(600, "hour"), Quota(90, "minute")
    assert accounts.tokens.set_quota(token.id, lower, by=actor(ana)).quota == lower
    for more in (higher, None):
        with pytest.raises(Denied, match="raised by an owner"):
            accounts.tokens.set_quota(token.id, more, by=actor(ana))
    with pytest.raises(NotFound):
        accounts.tokens.set_quota(token.id, lower, by=actor(bob))
    assert accounts.tokens.set_quota(token.id, higher, by=actor(owner)).quota == higher


def test_a_token_with_a_quota_does_not_get_around_it_by_other_tokens(accounts, owner):
    scopes = ["read", "admin"]
    token, secret = accounts.tokens.create(owner, "ci", scopes, quota=Quota(9, "minute"), by=ADMIN)
    by = accounts.tokens.find_actor(secret)
    with pytest.raises(Denied, match="has a quota"):
        accounts.tokens.create(owner, "more", ["read"], by=by)
    for quota in (None, Quota(90, "minute"), Quota(1, "minute")):
        with pytest.raises(Denied, match="has a quota"):
            accounts.tokens.set_quota(token.id, quota, by=by)
    assert accounts.tokens.revoke(token.id, by=by).revoked_at is not None


def test_tokens_without_a_quota_have_that_of_the_service(database, accounts, add, owner):
    bounded = open_accounts(database, accounts.tokens.ground.clock, token_quota=Quota(3, "minute"))
    ana = add()
    _, secret = make(accounts, ana, "")
    assert granted(bounded, secret, 9) == 3
    by = accounts.tokens.find_actor(secret)
    with pytest.raises(Denied, match="is more than 3/minute"):
        bounded.tokens.create(ana, "more", ["read"], quota=Quota(4, "minute"), by=by)
    assert make(bounded, ana, "4/minute")[0].quota == Quota(4, "minute")


@pytest.mark.parametrize("text", ["", "600", "0/minute", "-5/minute", "5/week", "99999999999/day"])
def test_what_is_no_quota_is_refused(text):
    with pytest.raises(Invalid, match="is no quota"):
        read_quota("quota", text)

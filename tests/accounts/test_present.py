"""Who was shut out writes nothing, however fresh the memory of the process they ask."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from time import sleep

import pytest
from sqlalchemy import select

from modelyard.accounts.actor import command_line
from modelyard.accounts.resource import Resource
from modelyard.accounts.tables import USERS
from modelyard.errors import Denied, ModelyardError, NotFound, SignInNeeded

ADMIN = command_line("ana")
FLIGHTS = Resource("dataset", "flights")


@pytest.fixture
def second(accounts, owner, add):
    """Another owner, who is going to be shut out."""
    return add("second@example.com", "owner")


def deeds(accounts, who, other):
    """All that an owner may write of the accounts."""
    users, links = accounts.users, accounts.links
    return [
        lambda by: users.add("new@example.com", "owner", by=by),
        lambda by: users.set_role(other.id, "owner", by=by),
        lambda by: users.disable(other.id, by=by),
        lambda by: users.enable(other.id, by=by),
        lambda by: users.set_password(other.id, "another password", by=by),
        lambda by: links.create("invite", "new@example.com", "owner", by=by),
        lambda by: links.create("invite", "", "owner", by=by),
        lambda by: links.create("reset", other.email, "", by=by),
        lambda by: accounts.sharing.set(FLIGHTS, "public", [], "", by=by),
        lambda by: accounts.sharing.forget(FLIGHTS, by=by),
        lambda by: accounts.tokens.create(who, "t", ["read"], by=by),
    ]


def refused_all(accounts, who, other, by, fault):
    before = len(accounts.audit.entries(limit=1000))
    for deed in deeds(accounts, who, other):
        with pytest.raises(fault):
            deed(by)
    assert len(accounts.audit.entries(limit=1000)) == before


def session_of(accounts, user):
    secret = accounts.sessions.open(user)
    return secret, accounts.sessions.find_actor(secret)


def test_who_was_disabled_elsewhere_writes_nothing(accounts, elsewhere, second, add):
    secret, by = session_of(elsewhere, second)
    accounts.users.disable(second.id, by=ADMIN)
    assert elsewhere.sessions.find_actor(secret) == by, "still remembered there"
    eve = add("eve@example.com")
    refused_all(elsewhere, second, eve, by, SignInNeeded)
    assert elsewhere.sessions.find_actor(secret) is None


def test_who_was_disabled_and_let_in_again_signs_in_first(accounts, elsewhere, second, add):
    _, by = session_of(elsewhere, second)
    accounts.users.disable(second.id, by=ADMIN)
    accounts.users.enable(second.id, by=ADMIN)
    refused_all(elsewhere, second, add("eve@example.com"), by, SignInNeeded)


def test_who_signed_out_or_is_idle_writes_nothing(accounts, elsewhere, second, clock):
    secret, by = session_of(elsewhere, second)
    _, idle = session_of(elsewhere, second)
    accounts.sessions.close(secret)
    clock.move(days=15)
    for one in (by, idle):
        with pytest.raises(SignInNeeded, match="session: no longer holds"):
            elsewhere.links.create("invite", "", "owner", by=one)


def test_who_has_a_lower_role_since_writes_nothing(accounts, elsewhere, second, add):
    _, by = session_of(elsewhere, second)
    accounts.users.set_role(second.id, "analyst", by=ADMIN)
    refused_all(elsewhere, second, add("eve@example.com"), by, Denied)
    accounts.users.set_role(second.id, "owner", by=ADMIN)
    elsewhere.links.create("invite", "", "viewer", by=by)


def test_a_token_that_was_revoked_or_has_expired_writes_nothing(accounts, elsewhere, second, clock):
    over = clock.at + timedelta(minutes=1)
    made = [
        accounts.tokens.create(second, "t", ["admin"], by=ADMIN, expires_at=expires_at)
        for expires_at in (None, over)
    ]
    actors = [elsewhere.tokens.find_actor(secret) for _, secret in made]
    elsewhere.links.create("invite", "", "viewer", by=actors[0])
    accounts.tokens.revoke(made[0][0].id, by=ADMIN)
    clock.at = over
    for by in (*actors, replace(actors[0], credential="")):
        with pytest.raises(SignInNeeded, match="token: no longer holds"):
            elsewhere.links.create("invite", "", "owner", by=by)


def test_a_session_of_somebody_else_is_worth_nothing(accounts, second, owner):
    _, by = session_of(accounts, second)
    with pytest.raises(SignInNeeded):
        accounts.links.create("invite", "", "viewer", by=replace(by, user_id=owner.id))


def test_no_link_outlives_that_its_maker_was_shut_out_however_they_race(
    accounts, elsewhere, owner, second
):
    def handed_out(by):
        try:
            return elsewhere.links.create("invite", "", "owner", by=by)
        except SignInNeeded:
            return None

    _, boss = session_of(accounts, owner)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(15):
            accounts.users.enable(second.id, by=boss)
            _, by = session_of(elsewhere, second)
            attempts = [pool.submit(handed_out, by) for _ in range(3)]
            pool.submit(accounts.users.disable, second.id, by=boss).result(30)
            for attempt in attempts:
                secret = attempt.result(30)
                if secret is not None:
                    with pytest.raises(NotFound):
                        accounts.links.look(secret)


def test_of_two_owners_who_shut_each_other_out_at_once_one_stays(
    accounts, elsewhere, owner, second
):
    def shut_out(where, id, by):
        try:
            where.users.disable(id, by=by)
        except ModelyardError as fault:
            return type(fault)
        return None

    for _ in range(5):
        boss, other = session_of(accounts, owner)[1], session_of(elsewhere, second)[1]
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(shut_out, accounts, second.id, boss)
            last = pool.submit(shut_out, elsewhere, owner.id, other)
            assert {first.result(30), last.result(30)} == {None, SignInNeeded}
        for user in (owner, second):
            accounts.users.enable(user.id, by=ADMIN)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_who_waits_to_note_a_last_use_holds_nobody_else(accounts, elsewhere, owner, second, clock):
    first, last = sorted((owner, second), key=lambda user: user.id)
    actors = [session_of(accounts, user)[1] for user in (first, last)]
    with elsewhere.users.ground.database.transaction() as connection:
        connection.execute(select(USERS).where(USERS.c.id == first.id).with_for_update())
        for by in actors:
            accounts.footprints.leave("session", by.credential, by.user_id, clock.at)
        for _ in range(100):
            if accounts.users.get_user(last.id).last_seen_at is not None:
                break
            sleep(0.05)
        connection.execute(select(USERS).where(USERS.c.id == last.id).with_for_update(nowait=True))
    accounts.footprints.finish()
    assert accounts.users.get_user(first.id).last_seen_at == clock.at

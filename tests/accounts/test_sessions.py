"""Sessions: found by the secret of a cookie, ended at once here and within a second elsewhere."""

import pytest
from sqlalchemy import update

from modelyard.accounts.actor import SCOPES_OF, command_line
from modelyard.accounts.tables import USERS
from modelyard.errors import Denied

PASSWORD = "three green words"
ADMIN = command_line("ana")


def test_a_session_gives_its_person(accounts, add, clock):
    eve = add()
    secret = accounts.sessions.open(eve, agent="Firefox\r\nSet-Cookie: x")
    actor = accounts.sessions.find_actor(secret)
    assert (actor.kind, actor.email, actor.role) == ("user", "eve@example.com", "analyst")
    assert actor.scopes == SCOPES_OF["analyst"]
    (session,) = accounts.sessions.list_sessions(eve.id)
    assert session.id == actor.credential
    assert session.agent == "Firefox Set-Cookie: x"


@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800", "x" * 100_000])
def test_any_other_secret_gives_nobody(accounts, add, secret):
    accounts.sessions.open(add())
    assert accounts.sessions.find_actor(secret) is None


def test_every_sign_in_has_a_secret_of_its_own(accounts, add):
    eve = add()
    assert len({accounts.sessions.open(eve) for _ in range(10)}) == 10


def test_a_session_ends_when_it_is_closed_and_nothing_else_does(accounts, add, actions):
    eve = add()
    first, second = accounts.sessions.open(eve), accounts.sessions.open(eve)
    assert accounts.sessions.find_actor(first)
    accounts.sessions.close(first)
    accounts.sessions.close(first)
    assert accounts.sessions.find_actor(first) is None
    assert accounts.sessions.find_actor(second)
    assert actions() == ["user.add", "sign-out"]


def test_a_session_that_is_not_used_for_two_weeks_is_over(accounts, add, clock):
    secret = accounts.sessions.open(add())
    clock.move(days=13)
    assert accounts.sessions.find_actor(secret)
    accounts.footprints.finish()
    clock.move(days=13)
    assert accounts.sessions.find_actor(secret)
    accounts.footprints.finish()
    clock.move(days=14)
    assert accounts.sessions.find_actor(secret) is None


def test_a_session_is_over_after_ninety_days_however_it_is_used(accounts, add, clock):
    eve = add()
    secret = accounts.sessions.open(eve)
    for _ in range(9):
        clock.move(days=9.9)
        assert accounts.sessions.find_actor(secret)
        accounts.footprints.finish()
    clock.move(days=1)
    assert accounts.sessions.find_actor(secret) is None
    assert accounts.sessions.list_sessions(eve.id) == []


def test_whoever_is_disabled_is_out_at_once_here_and_within_a_second_elsewhere(
    accounts, elsewhere, add, clock
):
    eve = add()
    secret = accounts.sessions.open(eve)
    assert accounts.sessions.find_actor(secret)
    assert elsewhere.sessions.find_actor(secret)
    accounts.users.disable(eve.id, by=ADMIN)
    assert accounts.sessions.find_actor(secret) is None
    clock.move(seconds=1)
    assert elsewhere.sessions.find_actor(secret) is None
    accounts.users.enable(eve.id, by=ADMIN)
    assert accounts.sessions.find_actor(secret) is None
    with pytest.raises(Denied, match="disabled"):
        accounts.users.disable(eve.id, by=ADMIN)
        accounts.sessions.open(eve)


def test_another_role_counts_at_once_here_and_within_a_second_elsewhere(
    accounts, elsewhere, add, clock
):
    eve = add()
    secret = accounts.sessions.open(eve)
    assert "write" in elsewhere.sessions.find_actor(secret).scopes
    accounts.users.set_role(eve.id, "viewer", by=ADMIN)
    assert accounts.sessions.find_actor(secret).scopes == {"read"}
    clock.move(seconds=1)
    assert elsewhere.sessions.find_actor(secret).scopes == {"read"}


def test_another_password_ends_the_other_sessions(accounts, add):
    eve = add()
    here, there = accounts.sessions.open(eve), accounts.sessions.open(eve)
    accounts.users.change_password(
        eve.id, PASSWORD, "another password", by=eve.as_actor(), keep_session=here
    )
    assert accounts.sessions.find_actor(here)
    assert accounts.sessions.find_actor(there) is None
    accounts.users.set_password(eve.id, "a third password", by=ADMIN)
    assert accounts.sessions.find_actor(here) is None


def test_a_person_signs_out_everywhere_but_here(accounts, add):
    eve, bob = add(), add("bob@example.com")
    secrets = [accounts.sessions.open(eve) for _ in range(3)]
    other = accounts.sessions.open(bob)
    accounts.sessions.close_all(eve.id, except_secret=secrets[1])
    alive = [accounts.sessions.find_actor(secret) is not None for secret in [*secrets, other]]
    assert alive == [False, True, False, True]


def test_the_time_of_last_use_is_written_once_a_minute(accounts, elsewhere, add, clock):
    eve = add()
    secret = accounts.sessions.open(eve)
    start = clock.at

    def seen_at():
        accounts.footprints.finish()
        return accounts.sessions.list_sessions(eve.id)[0].seen_at

    clock.move(seconds=59)
    accounts.sessions.find_actor(secret)
    assert seen_at() == start
    clock.move(seconds=1)
    accounts.sessions.find_actor(secret)
    assert seen_at() == clock.at
    assert accounts.users.get_user(eve.id).last_seen_at == clock.at
    clock.move(seconds=59)
    accounts.sessions.find_actor(secret)
    assert seen_at() == clock.at.replace(second=0)


def test_a_session_that_is_left_of_somebody_disabled_gives_nobody(accounts, add, database):
    eve = add()
    secret = accounts.sessions.open(eve)
    with database.transaction() as connection:
        connection.execute(update(USERS).where(USERS.c.id == eve.id).values(is_active=False))
    assert accounts.sessions.find_actor(secret) is None

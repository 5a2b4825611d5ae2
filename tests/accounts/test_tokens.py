"""API tokens: shown once, never more than their person may do, useless at once when revoked."""

from datetime import timedelta

import pytest

from modelyard.accounts.actor import ANONYMOUS, command_line
from modelyard.accounts.resource import Resource
from modelyard.errors import Denied, Invalid, NotFound, SignInNeeded

ADMIN = command_line("ana")
FLIGHTS = Resource("dataset", "flights")


def make(accounts, user, *scopes, **more):
    return accounts.tokens.create(user, "ci", scopes or ("read",), by=ADMIN, **more)


def test_a_token_gives_its_person_with_its_scopes(accounts, add):
    token, secret = make(accounts, add(), "run", "read", only=FLIGHTS)
    actor = accounts.tokens.find_actor(secret)
    assert secret.startswith("myd_")
    assert len(secret) == 47
    assert secret[4:8] == token.hint
    assert (actor.kind, actor.email, actor.role) == ("token", "eve@example.com", "analyst")
    assert (actor.scopes, actor.only, actor.credential) == ({"read", "run"}, FLIGHTS, token.id)
    assert token.scopes == ("read", "run")
    assert actor.via == f"token {token.id}"


def test_tokens_are_listed_without_their_secrets_newest_first(accounts, add, clock):
    eve, bob = add(), add("bob@example.com")
    first, secret = make(accounts, eve)
    clock.move(seconds=1)
    second, _ = make(accounts, bob)
    assert [token.id for token in accounts.tokens.list_tokens()] == [second.id, first.id]
    assert [token.id for token in accounts.tokens.list_tokens(eve.id)] == [first.id]
    assert secret not in repr(accounts.tokens.list_tokens())


@pytest.mark.parametrize(
    ("name", "scopes", "why"),
    [
        ("", ["read"], "^name: is missing"),
        (" \n ", ["read"], "^name: is missing"),
        ("t", [], "^scopes: are missing"),
        ("t", ["raed"], "'raed' is not known. Did you mean 'read'"),
        ("t", ["read", "all"], "'all' is not known"),
    ],
)
def test_what_a_token_must_have(accounts, add, name, scopes, why):
    with pytest.raises(Invalid, match=why):
        accounts.tokens.create(add(), name, scopes, by=ADMIN)


@pytest.mark.parametrize("name", ["\x00", "x" * 201, "\ud800"])
def test_a_resource_has_a_name_that_can_be_kept(accounts, add, name):
    with pytest.raises(Invalid, match="is not the name of one"):
        make(accounts, add(), only=Resource("dataset", name))


def test_a_token_cannot_do_what_its_person_cannot(accounts, add):
    with pytest.raises(Denied, match="the role 'viewer' does not include 'write'"):
        make(accounts, add(role="viewer"), "read", "write")


def test_a_lower_role_takes_scopes_from_tokens_at_once_here_and_in_a_second_elsewhere(
    accounts, elsewhere, add, clock
):
    eve = add()
    _, secret = make(accounts, eve, "read", "run", "write")
    assert elsewhere.tokens.find_actor(secret).scopes == {"read", "run", "write"}
    accounts.users.set_role(eve.id, "viewer", by=ADMIN)
    assert accounts.tokens.find_actor(secret).scopes == {"read"}
    clock.move(seconds=1)
    assert elsewhere.tokens.find_actor(secret).scopes == {"read"}
    accounts.users.set_role(eve.id, "owner", by=ADMIN)
    assert accounts.tokens.find_actor(secret).scopes == {"read", "run", "write"}


def test_an_expired_token_is_refused_from_that_moment_on(accounts, add, clock):
    token, secret = make(accounts, add(), expires_at=clock.at + timedelta(milliseconds=500))
    assert accounts.tokens.find_actor(secret)
    clock.move(milliseconds=500)
    with pytest.raises(SignInNeeded, match=r"^token: has expired\."):
        accounts.tokens.find_actor(secret)
    assert accounts.tokens.get_token(token.id).state_at(clock.at) == "expired"


def test_a_token_that_would_be_expired_at_once_is_not_made(accounts, add, clock):
    with pytest.raises(Invalid, match=r"^expires_at: is over already"):
        make(accounts, add(), expires_at=clock.at)


def test_a_revoked_token_is_refused_at_once_here_and_within_a_second_elsewhere(
    accounts, elsewhere, add, clock, actions
):
    token, secret = make(accounts, add())
    accounts.tokens.find_actor(secret)
    elsewhere.tokens.find_actor(secret)
    assert accounts.tokens.revoke(token.id, by=ADMIN).state_at(clock.at) == "revoked"
    with pytest.raises(SignInNeeded, match=r"^token: was revoked\."):
        accounts.tokens.find_actor(secret)
    clock.move(seconds=1)
    with pytest.raises(SignInNeeded, match=r"^token: was revoked\."):
        elsewhere.tokens.find_actor(secret)
    accounts.tokens.revoke(token.id, by=ADMIN)
    assert actions().count("token.revoke") == 1


def test_the_tokens_of_a_disabled_person_are_refused(accounts, elsewhere, add, clock):
    eve = add()
    _, secret = make(accounts, eve)
    elsewhere.tokens.find_actor(secret)
    accounts.users.disable(eve.id, by=ADMIN)
    with pytest.raises(SignInNeeded, match="account is disabled"):
        accounts.tokens.find_actor(secret)
    clock.move(seconds=1)
    with pytest.raises(SignInNeeded, match="account is disabled"):
        elsewhere.tokens.find_actor(secret)
    with pytest.raises(Denied, match="account is disabled"):
        make(accounts, eve)


@pytest.mark.parametrize("secret", ["", "myd_", "myd_\x00", "\ud800", "Bearer", "x" * 100_000])
def test_an_unknown_token_is_refused(accounts, add, secret):
    make(accounts, add())
    with pytest.raises(SignInNeeded, match=r"^token: is not known\."):
        accounts.tokens.find_actor(secret)


def test_nobody_makes_a_token_in_the_name_of_another(accounts, owner, add):
    eve = add()
    for by in (owner.as_actor(), add("bob@example.com").as_actor(), ANONYMOUS):
        with pytest.raises(Denied, match="is made by its person alone"):
            accounts.tokens.create(eve, "t", ["read"], by=by)


def test_a_token_makes_none_that_may_do_more_than_itself(accounts, add):
    eve = add()
    _, secret = make(accounts, eve, "read", "run", only=FLIGHTS)
    by = accounts.tokens.find_actor(secret)
    for scopes, only in ((["read", "write"], FLIGHTS), (["read"], None)):
        with pytest.raises(Denied, match="more than itself"):
            accounts.tokens.create(eve, "t", scopes, only=only, by=by)
    assert accounts.tokens.create(eve, "t", ["read"], only=FLIGHTS, by=by)


def test_a_token_is_revoked_by_its_person_or_by_an_owner(accounts, owner, add):
    eve, bob = add(), add("bob@example.com")
    token, _ = make(accounts, eve)
    limited, secret = make(accounts, eve, only=FLIGHTS)
    for by in (bob.as_actor(), ANONYMOUS, accounts.tokens.find_actor(secret)):
        with pytest.raises(NotFound, match="is not here"):
            accounts.tokens.revoke(token.id, by=by)
    assert accounts.tokens.revoke(token.id, by=eve.as_actor()).revoked_at
    assert accounts.tokens.revoke(limited.id, by=owner.as_actor()).revoked_at
    with pytest.raises(NotFound, match="is not here"):
        accounts.tokens.revoke("\x00", by=owner.as_actor())


def test_the_time_of_last_use_is_kept(accounts, add, clock):
    token, secret = make(accounts, add())
    assert token.last_used_at is None
    first = clock.at
    accounts.tokens.find_actor(secret)
    accounts.footprints.finish()
    clock.move(seconds=59)
    accounts.tokens.find_actor(secret)
    accounts.footprints.finish()
    assert accounts.tokens.get_token(token.id).last_used_at == first
    clock.move(seconds=1)
    accounts.tokens.find_actor(secret)
    accounts.footprints.finish()
    assert accounts.tokens.get_token(token.id).last_used_at == clock.at


def test_the_audit_log_names_the_token_but_not_its_secret(accounts, add):
    token, _ = make(accounts, add(), "read", only=FLIGHTS)
    entry = accounts.audit.entries(action="token.create")[0]
    assert entry.subject == "eve@example.com"
    assert entry.detail == {
        "name": "ci",
        "scopes": ["read"],
        "only": "dataset/flights",
        "expires_at": "never",
        "token": token.id,
    }

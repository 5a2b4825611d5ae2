"""Single sign-on: a provider vouches for an address; who may come in is decided here."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from modelyard.accounts.actor import command_line
from modelyard.errors import Denied, Invalid, NotFound

PASSWORD = "three green words"
ADMIN = command_line("ana")
ISSUER = "https://login.example.com"


def join(accounts, subject="1", email="bob@example.com", may_create=True, issuer=ISSUER):
    return accounts.users.join(issuer, subject, email, "Bob", role="viewer", may_create=may_create)


def test_who_is_new_joins_where_that_is_allowed(accounts, actions, clock):
    user = join(accounts, email="Bob@Example.com")
    assert (user.email, user.name, user.role) == ("bob@example.com", "Bob", "viewer")
    assert not user.has_password
    assert join(accounts).id == user.id
    assert actions() == ["user.add", "sign-in", "sign-in"]
    assert accounts.audit.entries()[0].detail == {"with": "single sign-on", "issuer": ISSUER}
    assert accounts.users.get_user(user.id).last_seen_at == clock.at


def test_who_is_new_stays_out_where_it_is_not(accounts, actions):
    with pytest.raises(Denied, match="was not invited"):
        join(accounts, may_create=False)
    assert accounts.users.list_users() == []
    assert actions() == []


def test_who_was_invited_joins_with_the_role_of_the_invitation_once(accounts, owner):
    secret = accounts.links.create("invite", "bob@example.com", "analyst", by=ADMIN)
    assert join(accounts, may_create=False).role == "analyst"
    with pytest.raises(NotFound):
        accounts.links.use(secret, password=PASSWORD)


def test_a_person_with_a_password_is_found_by_the_verified_address(accounts, add):
    bob = add("bob@example.com")
    assert join(accounts, may_create=False).id == bob.id
    assert join(accounts, email="bob.new@example.com").id == bob.id


def test_an_address_that_was_given_to_somebody_new_does_not_open_the_old_account(accounts):
    join(accounts, subject="1")
    with pytest.raises(Denied, match="belongs to another person"):
        join(accounts, subject="2")


def test_a_disabled_person_stays_out(accounts, owner):
    accounts.users.disable(join(accounts).id, by=ADMIN)
    with pytest.raises(Denied, match="disabled"):
        join(accounts)


def test_the_same_subject_of_another_provider_is_another_person(accounts):
    first = join(accounts)
    second = join(accounts, email="other@example.com", issuer="https://elsewhere.example")
    assert first.id != second.id


@pytest.mark.parametrize("subject", ["", "\x00", "x" * 256])
def test_a_provider_that_names_nobody_lets_nobody_in(accounts, subject):
    with pytest.raises(Denied, match="named nobody"):
        join(accounts, subject=subject)


def test_an_address_that_is_none_lets_nobody_in(accounts):
    with pytest.raises(Invalid, match="is not an e-mail address"):
        join(accounts, email="")


def test_two_first_sign_ins_at_once_make_one_account(accounts, elsewhere):
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda n: join((accounts, elsewhere)[n % 2]).id, range(8)))
    assert len(ids) == 1
    assert len(accounts.users.list_users()) == 1


def test_two_people_who_come_with_the_same_address_at_once_do_not_share_an_account(
    accounts, elsewhere, add
):
    bob = add("bob@example.com")

    def attempt(number: int) -> str:
        try:
            return join((accounts, elsewhere)[number % 2], subject=str(number)).id
        except Denied:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(attempt, range(8)))
    assert outcomes == sorted([bob.id] + ["refused"] * 7)


def test_an_address_that_looks_alike_does_not_open_the_account_of_another(accounts, add):
    add("kim@example.com")
    with pytest.raises(Invalid, match="is not an e-mail address"):
        join(accounts, email="\u212aim@example.com")
    assert accounts.users.find_by_email("\u212aim@example.com") is None

"""One-time links: they work once, for some time, for what they were made."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from modelyard.accounts.actor import LAPTOP, command_line
from modelyard.errors import Conflict, Invalid, ModelyardError, NotFound

PASSWORD = "three green words"
ADMIN = command_line("ana")
UNUSABLE = (
    r"^link: cannot be used: it works once, for some time\. "
    r"Ask an owner of this service for a new one\.$"
)


def refused(accounts, secret, **more):
    with pytest.raises(NotFound, match=UNUSABLE):
        accounts.links.look(secret)
    with pytest.raises(NotFound, match=UNUSABLE):
        accounts.links.use(secret, email="x@example.com", password=PASSWORD, **more)


def test_the_first_start_gives_a_link_that_makes_the_owner(accounts, actions):
    secret = accounts.links.ensure_owner_link()
    assert accounts.links.look(secret).purpose == "owner"
    user = accounts.links.use(
        secret, email="Ana@Example.com", name="Ana", password=PASSWORD, address="192.0.2.1"
    )
    assert (user.email, user.name, user.role, user.is_active) == (
        "ana@example.com",
        "Ana",
        "owner",
        True,
    )
    assert accounts.users.has_any()
    assert accounts.users.check_password("ana@example.com", PASSWORD, address="") == user
    assert actions() == ["link.create", "link.use", "sign-in"]
    entry = accounts.audit.entries(action="link.use")[0]
    assert (entry.actor, entry.address) == ("ana@example.com", "192.0.2.1")


def test_where_there_are_people_no_link_makes_an_owner(accounts, add):
    secret = accounts.links.ensure_owner_link()
    add()
    assert accounts.links.ensure_owner_link() is None
    refused(accounts, secret)


def test_every_start_makes_the_link_of_the_one_before_void(accounts):
    first, second = accounts.links.ensure_owner_link(), accounts.links.ensure_owner_link()
    refused(accounts, first)
    assert accounts.links.use(second, email="a@example.com", password=PASSWORD).role == "owner"


@pytest.mark.parametrize("purpose", ["owner", "invite", "reset"])
def test_a_link_used_by_many_at_once_works_once(accounts, elsewhere, purpose):
    if purpose == "owner":
        secret = accounts.links.ensure_owner_link()
    else:
        accounts.users.add("eve@example.com", "owner", by=LAPTOP)
        email = "eve@example.com" if purpose == "reset" else ""
        secret = accounts.links.create(purpose, email, "viewer", by=ADMIN)

    def attempt(number: int) -> bool:
        email = "" if purpose == "reset" else f"person{number}@example.com"
        try:
            (accounts, elsewhere)[number % 2].links.use(secret, email=email, password=PASSWORD)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    assert len(accounts.users.list_users()) == (2 if purpose == "invite" else 1)
    assert len(accounts.audit.entries(action="link.use")) == 1


def test_an_invitation_makes_an_account_with_its_role(accounts, owner):
    secret = accounts.links.create("invite", "Bob@Example.com", "analyst", by=owner.as_actor())
    link = accounts.links.look(secret)
    assert (link.email, link.role, link.created_by) == (
        "bob@example.com",
        "analyst",
        "owner@example.com",
    )
    user = accounts.links.use(secret, name="Bob", password=PASSWORD)
    assert (user.email, user.role) == ("bob@example.com", "analyst")
    refused(accounts, secret)


def test_an_invitation_is_for_its_address_alone(accounts, owner):
    secret = accounts.links.create("invite", "bob@example.com", "analyst", by=ADMIN)
    with pytest.raises(Invalid, match=r"^email: is not the one"):
        accounts.links.use(secret, email="eve@example.com", password=PASSWORD)
    assert accounts.links.use(secret, email="BOB@example.com", password=PASSWORD)


def test_a_link_survives_a_weak_password_and_a_taken_address(accounts, owner):
    secret = accounts.links.create("invite", "", "analyst", by=ADMIN)
    with pytest.raises(Invalid, match=r"^password: is shorter"):
        accounts.links.use(secret, email="bob@example.com", password="short")
    with pytest.raises(Invalid, match=r"^email: '' is not"):
        accounts.links.use(secret, password=PASSWORD)
    with pytest.raises(Conflict, match="has an account already"):
        accounts.links.use(secret, email="owner@example.com", password=PASSWORD)
    assert accounts.links.use(secret, email="bob@example.com", password=PASSWORD)


def test_nobody_is_invited_twice(accounts, owner):
    first = accounts.links.create("invite", "bob@example.com", "analyst", by=ADMIN)
    second = accounts.links.create("invite", "bob@example.com", "viewer", by=ADMIN)
    refused(accounts, first)
    assert accounts.links.use(second, password=PASSWORD).role == "viewer"
    with pytest.raises(Conflict, match="has an account already"):
        accounts.links.create("invite", "bob@example.com", "viewer", by=ADMIN)


def test_a_link_for_a_new_password_sets_it_and_ends_all_sessions(accounts, owner):
    session = accounts.sessions.open(owner)
    secret = accounts.links.create("reset", "owner@example.com", "", by=ADMIN)
    assert accounts.links.look(secret).role is None
    user = accounts.links.use(secret, password="another password")
    assert (user.id, user.role) == (owner.id, "owner")
    assert accounts.sessions.find_actor(session) is None
    assert accounts.users.check_password("owner@example.com", "another password", address="")
    refused(accounts, secret)


def test_a_link_for_a_new_password_does_not_let_a_disabled_person_in(accounts, owner, add):
    eve = add()
    secret = accounts.links.create("reset", "eve@example.com", "", by=ADMIN)
    accounts.users.disable(eve.id, by=ADMIN)
    refused(accounts, secret)


def test_there_is_no_new_password_for_nobody(accounts, owner):
    with pytest.raises(NotFound, match=r"^user 'bob@example.com'"):
        accounts.links.create("reset", "bob@example.com", "", by=ADMIN)


@pytest.mark.parametrize(
    ("purpose", "email", "hours"),
    [("owner", "", 24), ("invite", "bob@example.com", 7 * 24), ("reset", "eve@example.com", 24)],
)
def test_links_expire(accounts, purpose, email, hours, clock):
    if purpose == "owner":
        secret = accounts.links.ensure_owner_link()
    else:
        accounts.users.add("eve@example.com", "owner", by=LAPTOP)
        secret = accounts.links.create(purpose, email, "viewer", by=ADMIN)
    clock.move(hours=hours, seconds=-1)
    assert accounts.links.look(secret)
    clock.move(seconds=1)
    refused(accounts, secret)


@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800", "x" * 100_000, "../../etc"])
def test_any_other_secret_is_no_link(accounts, secret):
    accounts.links.ensure_owner_link()
    refused(accounts, secret)


def test_a_link_that_fails_leaves_no_entry_and_no_account(accounts, owner, actions):
    secret = accounts.links.create("invite", "", "analyst", by=ADMIN)
    before = actions()
    for email in ("owner@example.com", "no address"):
        with pytest.raises(ModelyardError):
            accounts.links.use(secret, email=email, password=PASSWORD)
    assert actions() == before
    assert len(accounts.users.list_users()) == 1


def test_unknown_purposes_and_roles_are_refused(accounts):
    with pytest.raises(Invalid, match="'visit' is not known"):
        accounts.links.create("visit", "a@example.com", "viewer", by=ADMIN)
    with pytest.raises(Invalid, match=r"^role: 'king' is not known"):
        accounts.links.create("invite", "a@example.com", "king", by=ADMIN)


@pytest.mark.parametrize("deed", ["disable", "set_password", "change_password"])
def test_a_link_for_a_new_password_is_void_after(accounts, add, deed):
    eve, bob = add(), add("bob@example.com")
    secret, others = (accounts.links.create("reset", u.email, "", by=ADMIN) for u in (eve, bob))
    users = accounts.users
    {
        "disable": lambda: (users.disable(eve.id, by=ADMIN), users.enable(eve.id, by=ADMIN)),
        "set_password": lambda: users.set_password(eve.id, "another password", by=ADMIN),
        "change_password": lambda: users.change_password(
            eve.id, PASSWORD, "another password", by=eve.as_actor()
        ),
    }[deed]()
    refused(accounts, secret)
    assert accounts.links.look(others).email == bob.email


def test_a_link_used_while_its_person_is_shut_out_waits_and_fails_or_is_first(
    accounts, elsewhere, add
):
    eve = add()

    def used(secret: str) -> bool:
        try:
            elsewhere.links.use(secret, password=PASSWORD)
        except NotFound:
            return False
        return True

    for _ in range(10):
        secret = accounts.links.create("reset", eve.email, "", by=ADMIN)
        with ThreadPoolExecutor(2) as pool:
            attempt = pool.submit(used, secret)
            pool.submit(accounts.users.disable, eve.id, by=ADMIN).result(30)
            attempt.result(30)
        refused(accounts, secret)
        accounts.users.enable(eve.id, by=ADMIN)

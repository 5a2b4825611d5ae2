"""People: added, changed, shut out; the audit log says so in the same transaction."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from modelyard.accounts.actor import ANONYMOUS, LAPTOP, VISITOR, Actor, command_line
from modelyard.accounts.resource import Resource
from modelyard.errors import Conflict, Denied, Invalid, ModelyardError, NotFound

PASSWORD = "three green words"
ADMIN = command_line("ana")


def test_nobody_is_there_at_first(accounts):
    assert not accounts.users.has_any()
    assert accounts.users.list_users() == []
    assert accounts.users.find_by_email("eve@example.com") is None


def test_a_person_is_kept_under_the_address_in_lower_case(accounts):
    user = accounts.users.add(" Eve@Example.COM ", "viewer", by=LAPTOP, name=" Eve\n\tAdams ")
    assert (user.email, user.name, user.role) == ("eve@example.com", "Eve Adams", "viewer")
    assert accounts.users.get_user(user.id) == user
    assert accounts.users.find_by_email("EVE@example.com") == user
    assert not user.has_password


@pytest.mark.parametrize(
    "email",
    [
        "",
        "eve",
        "eve@",
        "@example.com",
        "eve@exa mple.com",
        "eve@-example.com",
        "eve@example..com",
        "eve@example.com\nbcc: all@example.com",
        "eve\x00@example.com",
        "eve@exаmple.com",
        "eve@example.\u212aom",
        "\u212aim@example.com",
        "<eve@example.com>",
        "e" * 65 + "@example.com",
        "eve@" + "e" * 250 + ".com",
        "\ud800@example.com",
    ],
)
def test_what_is_no_address_is_refused(accounts, email):
    with pytest.raises(Invalid, match=r"^email: .* is not an e-mail address"):
        accounts.users.add(email, "viewer", by=ADMIN)


def test_an_address_is_taken_once_however_it_is_written(accounts, add):
    add("eve@example.com")
    with pytest.raises(Conflict, match="has an account already"):
        add("EVE@example.com")


def test_ten_who_add_the_same_person_at_once_make_one_account(accounts):
    def attempt(_: int) -> bool:
        try:
            accounts.users.add("eve@example.com", "viewer", by=ADMIN)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(attempt, range(10))) == 1


def test_a_role_is_named_with_what_may_be_meant(accounts):
    with pytest.raises(Invalid, match="Did you mean 'analyst'"):
        accounts.users.add("eve@example.com", "analist", by=ADMIN)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("ninechars", "shorter than 10"),
        ("", "shorter than 10"),
        ("ü" * 513, "longer than 1024 bytes"),
        ("eve.adams@example.com", "is the e-mail address"),
        ("EVE.ADAMS@example.com", "is the e-mail address"),
        ("password123!", "first that are tried"),
        ("Qwertyuiop1", "first that are tried"),
        ("1234567890", "first that are tried"),
        ("aaaaaaaaaaaa", "first that are tried"),
        ("2026Modelyard!", "first that are tried"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(accounts, password, why):
    with pytest.raises(Invalid, match=why):
        accounts.users.add("eve.adams@example.com", "viewer", by=ADMIN, password=password)
    assert accounts.users.list_users() == []


@pytest.mark.parametrize(
    "password", ["ten chars!", "zwölf große Bären", "🐢" * 4 + "🦊🐻🐼🐨🐯🦁", " " * 5 + "x1y2z3"]
)
def test_any_other_password_is_taken_without_rules_on_digits_and_signs(accounts, password):
    accounts.users.add("eve@example.com", "viewer", by=ADMIN, password=password)
    assert accounts.users.check_password("eve@example.com", password, address="192.0.2.1")


def test_a_password_is_the_same_however_its_characters_are_composed(accounts):
    accounts.users.add("eve@example.com", "viewer", by=ADMIN, password="caf\u00e9 au lait")
    assert accounts.users.check_password("eve@example.com", "cafe\u0301 au lait", address="")


def test_whether_there_are_people_is_known_at_once_here_and_in_a_second_elsewhere(
    accounts, elsewhere, clock, add
):
    assert not accounts.users.has_any()
    assert not elsewhere.users.has_any()
    add()
    assert accounts.users.has_any()
    clock.move(seconds=1)
    assert elsewhere.users.has_any()


def test_the_last_active_owner_stays(accounts, owner, add):
    for attempt in (
        lambda: accounts.users.disable(owner.id, by=ADMIN),
        lambda: accounts.users.set_role(owner.id, "analyst", by=ADMIN),
    ):
        with pytest.raises(Conflict, match="is the last active owner"):
            attempt()
    second = add("second@example.com", "owner")
    accounts.users.disable(owner.id, by=ADMIN)
    with pytest.raises(Conflict, match="is the last active owner"):
        accounts.users.set_role(second.id, "viewer", by=ADMIN)
    assert accounts.users.set_role(second.id, "owner", by=ADMIN).role == "owner"


def test_two_owners_who_remove_each_other_at_once_leave_one(accounts, elsewhere, owner, add):
    second = add("second@example.com", "owner")

    def attempt(who) -> str:
        try:
            who[0].users.disable(who[1], by=ADMIN)
        except Conflict:
            return "refused"
        return "gone"

    for _ in range(10):
        with ThreadPoolExecutor(2) as pool:
            outcome = list(pool.map(attempt, [(accounts, owner.id), (elsewhere, second.id)]))
        assert sorted(outcome) == ["gone", "refused"]
        for user in (owner, second):
            accounts.users.enable(user.id, by=ADMIN)


def test_only_those_who_manage_people_change_people(accounts, owner, add):
    eve = add()
    limited = Actor(kind="token", scopes=owner.as_actor().scopes, only=Resource("dataset", "a"))
    for actor in (eve.as_actor(), ANONYMOUS, VISITOR, limited):
        for attempt in (
            lambda by: accounts.users.add("x@example.com", "owner", by=by),
            lambda by: accounts.users.set_role(eve.id, "owner", by=by),
            lambda by: accounts.users.disable(owner.id, by=by),
            lambda by: accounts.users.enable(owner.id, by=by),
            lambda by: accounts.users.set_password(owner.id, "another password", by=by),
            lambda by: accounts.links.create("invite", "x@example.com", "owner", by=by),
        ):
            with pytest.raises(Denied):
                attempt(actor)
    assert accounts.users.get_user(eve.id).role == "analyst"


def test_what_happens_to_people_is_in_the_audit_log(accounts, owner, add, actions):
    eve = add()
    by = owner.as_actor(address="192.0.2.9")
    accounts.users.set_role(eve.id, "viewer", by=by)
    accounts.users.disable(eve.id, by=by)
    accounts.users.enable(eve.id, by=by)
    accounts.users.set_password(eve.id, "another password", by=by)
    assert actions()[1:] == [
        "user.add",
        "user.role",
        "user.disable",
        "user.enable",
        "user.password",
    ]
    role = accounts.audit.entries(action="user.role")[0]
    assert role.detail == {"from": "analyst", "to": "viewer"}
    assert (role.actor, role.via, role.address) == ("owner@example.com", "session", "192.0.2.9")
    assert role.subject == "eve@example.com"
    first = accounts.audit.entries(action="user.add")[-1]
    assert (first.actor, first.via) == ("command line (ana)", "command line")


def test_what_fails_leaves_no_entry(accounts, owner, actions):
    before = actions()
    for attempt in (
        lambda: accounts.users.add("owner@example.com", "viewer", by=ADMIN),
        lambda: accounts.users.disable(owner.id, by=ADMIN),
        lambda: accounts.users.set_role(owner.id, "viewer", by=ADMIN),
        lambda: accounts.users.set_role("nobody", "viewer", by=ADMIN),
        lambda: accounts.users.set_password(owner.id, "short", by=ADMIN),
    ):
        with pytest.raises(ModelyardError):
            attempt()
    assert actions() == before


def test_a_person_who_is_not_here_is_not_found(accounts):
    with pytest.raises(NotFound, match="is not here"):
        accounts.users.get_user("\x00nobody" * 20)


def test_a_person_changes_their_own_password_with_the_old_one(accounts, add):
    eve = add()
    with pytest.raises(Denied, match=r"^old_password: is not right"):
        accounts.users.change_password(eve.id, "wrong", "another password", by=eve.as_actor())
    with pytest.raises(Invalid, match="shorter"):
        accounts.users.change_password(eve.id, PASSWORD, "short", by=eve.as_actor())
    accounts.users.change_password(eve.id, PASSWORD, "another password", by=eve.as_actor())
    assert accounts.users.check_password("eve@example.com", "another password", address="")
    with pytest.raises(Denied):
        accounts.users.check_password("eve@example.com", PASSWORD, address="")


def test_nobody_changes_the_password_of_another_with_the_old_one(accounts, owner, add):
    eve = add()
    _, secret = accounts.tokens.create(eve, "t", ["read", "write"], by=ADMIN)
    for by in (owner.as_actor(), ADMIN, accounts.tokens.find_actor(secret)):
        with pytest.raises(Denied):
            accounts.users.change_password(eve.id, PASSWORD, "another password", by=by)


def test_who_has_a_session_cannot_guess_the_old_password_for_long(accounts, add):
    eve = add()
    for _ in range(5):
        with pytest.raises(Denied, match="is not right"):
            accounts.users.change_password(eve.id, "wrong", "another password", by=eve.as_actor())
    with pytest.raises(Denied, match="too many attempts"):
        accounts.users.change_password(eve.id, PASSWORD, "another password", by=eve.as_actor())


def test_links_that_an_owner_handed_out_die_with_their_rights(accounts, owner, add):
    second = add("second@example.com", "owner")
    by = second.as_actor()

    def made() -> list[str]:
        return [
            accounts.links.create("invite", "back@example.com", "owner", by=by),
            accounts.links.create("invite", "", "owner", by=by),
            accounts.links.create("reset", "owner@example.com", "", by=by),
        ]

    others = accounts.links.create("invite", "good@example.com", "viewer", by=owner.as_actor())
    first = made()
    accounts.users.set_role(second.id, "analyst", by=ADMIN)
    accounts.users.set_role(second.id, "owner", by=ADMIN)
    then = made()
    accounts.users.disable(second.id, by=ADMIN)
    for secret in first + then:
        with pytest.raises(NotFound):
            accounts.links.use(secret, email="back@example.com", password=PASSWORD)
    assert accounts.links.look(others).email == "good@example.com"

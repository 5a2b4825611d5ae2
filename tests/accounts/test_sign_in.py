"""Signing in: the same answer and work for everybody, and nobody locks out somebody else."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from modelyard.accounts.actor import command_line
from modelyard.accounts.passwords import Passwords
from modelyard.accounts.sign_in import network_of
from modelyard.accounts.tables import ATTEMPTS, USERS
from modelyard.errors import Denied, Throttled

PASSWORD = "three green words"
ADMIN = command_line("ana")


def refused(accounts, email, password="wrong password", address="192.0.2.1") -> Denied:
    with pytest.raises(Denied) as fault:
        accounts.users.check_password(email, password, address=address)
    return fault.value


def kept_hash(database, user) -> str:
    with database.reading() as connection:
        question = select(USERS.c.password_hash).where(USERS.c.id == user.id)
        return connection.execute(question).scalar_one()


def test_a_person_signs_in_with_their_address_in_any_case(accounts, add, actions, clock):
    eve = add()
    assert accounts.users.check_password(" EVE@example.com", PASSWORD, address="::1").id == eve.id
    assert actions() == ["user.add", "sign-in"]
    entry = accounts.audit.entries()[0]
    assert (entry.actor, entry.address, entry.detail) == (
        "eve@example.com",
        "::1",
        {"with": "password"},
    )
    assert accounts.users.get_user(eve.id).last_seen_at == clock.at


def test_unknown_wrong_disabled_and_without_a_password_cost_the_same_and_sound_the_same(
    accounts, add, hasher
):
    add("eve@example.com")
    accounts.users.disable(add("gone@example.com").id, by=ADMIN)
    accounts.users.add("sso@example.com", "viewer", by=ADMIN)
    said, work = set(), set()
    for email, password in (
        ("eve@example.com", "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("no address at all", PASSWORD),
        ("gone@example.com", PASSWORD),
        ("gone@example.com", "wrong password"),
        ("sso@example.com", ""),
    ):
        refused(accounts, "first@example.com", address="first use makes the decoy")
        before = hasher.verified
        fault = refused(accounts, email, password)
        said.add((type(fault), str(fault)))
        work.add(hasher.verified - before)
    assert said == {(Denied, "sign-in: the e-mail address or the password is not right.")}
    assert work == {1}


def test_the_first_who_is_unknown_costs_what_the_first_who_is_known_costs(
    hasher, accounts, elsewhere, add
):
    add()
    before = (hasher.hashed, hasher.verified)
    refused(accounts, "eve@example.com")
    known = (hasher.hashed - before[0], hasher.verified - before[1])
    before = (hasher.hashed, hasher.verified)
    refused(elsewhere, "nobody@example.com")
    assert (hasher.hashed - before[0], hasher.verified - before[1]) == known == (1, 1)


def test_why_it_was_refused_is_for_the_audit_log_alone(accounts, add):
    accounts.users.disable(add().id, by=ADMIN)
    refused(accounts, "eve@example.com", PASSWORD)
    refused(accounts, "nobody@example.com")
    refused(accounts, "my secret passphrase typed in the wrong field")
    entries = accounts.audit.entries(action="sign-in.refused")
    assert [(entry.subject, entry.detail["reason"]) for entry in entries] == [
        ("", "unknown account"),
        ("nobody@example.com", "unknown account"),
        ("eve@example.com", "disabled account"),
    ]


def test_a_password_of_a_megabyte_costs_no_hashing(accounts, add, hasher):
    add()
    before = hasher.verified
    refused(accounts, "eve@example.com", "x" * 1_000_000)
    assert hasher.verified == before


@pytest.mark.parametrize("password", ["\x00" * 12, "\ud800\udfff half characters", "\n" * 20])
def test_any_text_may_be_tried(accounts, add, password):
    add()
    refused(accounts, "eve@example.com", password)


def test_a_hash_with_older_parameters_is_renewed_at_the_next_sign_in(
    accounts, add, hasher, database
):
    eve = add()
    before = kept_hash(database, eve)
    hasher.real = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)
    refused(accounts, "eve@example.com")
    assert kept_hash(database, eve) == before
    accounts.users.check_password("eve@example.com", PASSWORD, address="")
    assert "t=2" in kept_hash(database, eve)
    accounts.users.check_password("eve@example.com", PASSWORD, address="")


def test_passwords_are_hashed_as_argon2_cffi_recommends():
    kept = Passwords().hash("three green words")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_two_passwords_at_most_are_hashed_at_one_time():
    present, most = 0, []
    lock = threading.Lock()

    class Slow:
        def hash(self, password: str) -> str:
            nonlocal present
            with lock:
                present += 1
                most.append(present)
            time.sleep(0.01)
            with lock:
                present -= 1
            return ""

    passwords = Passwords(Slow())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(passwords.hash, ["three green words"] * 24))
    assert max(most) == 2


def test_after_five_wrong_ones_in_a_minute_the_right_one_has_to_wait_too(accounts, add, clock):
    add()
    for _ in range(5):
        refused(accounts, "eve@example.com")
    fault = refused(accounts, "eve@example.com", PASSWORD)
    assert isinstance(fault, Throttled)
    assert str(fault) == "sign-in: too many attempts. Wait 60 seconds, then try again."
    assert fault.wait_s == 60
    clock.move(seconds=60)
    assert accounts.users.check_password("eve@example.com", PASSWORD, address="192.0.2.1")


def test_an_unknown_account_is_throttled_like_a_known_one(accounts, add):
    add()
    answers = [
        [type(refused(accounts, email, address=address)) for _ in range(8)]
        for email, address in (("eve@example.com", "1.1.1.1"), ("nobody@example.com", "1.1.1.2"))
    ]
    assert answers[0] == answers[1] == [Denied] * 5 + [Throttled] * 3


def test_right_ones_do_not_count(accounts, add):
    add()
    for _ in range(50):
        accounts.users.check_password("eve@example.com", PASSWORD, address="192.0.2.1")


def test_attempts_at_the_same_time_count_before_they_are_made(accounts, add, hasher):
    add()
    refused(accounts, "other@example.com", address="other")
    before = hasher.verified
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: refused(accounts, "eve@example.com"), range(64)))
    assert 1 <= hasher.verified - before <= 5


def test_a_thousand_wrong_ones_a_minute_lock_out_nobody_else(accounts, elsewhere, add, clock):
    add("eve@example.com")
    add("bob@example.com")
    for minute in range(3):
        for number in range(1000 if minute == 0 else 100):
            refused((accounts, elsewhere)[number % 2], "eve@example.com", address="203.0.113.66")
        assert accounts.users.check_password("eve@example.com", PASSWORD, address="192.0.2.1")
        assert accounts.users.check_password("bob@example.com", PASSWORD, address="203.0.113.66")
        assert elsewhere.users.check_password("bob@example.com", PASSWORD, address="192.0.2.2")
        clock.move(minutes=1)


def test_one_attacker_never_uses_up_what_others_may_try_for_an_account(accounts, add, clock):
    add()
    for _ in range(60):
        for _ in range(6):
            refused(accounts, "eve@example.com", address="203.0.113.66")
        clock.move(minutes=1)
    clock.move(minutes=-1)
    assert accounts.users.check_password("eve@example.com", PASSWORD, address="198.51.100.7")


def test_many_attackers_lock_out_nobody_from_where_they_signed_in_before(accounts, add, clock):
    add()
    accounts.users.check_password("eve@example.com", PASSWORD, address="192.0.2.1")
    clock.move(days=80)
    answers = [
        type(refused(accounts, "eve@example.com", address=f"203.0.113.{number % 40}"))
        for number in range(200)
    ]
    assert answers.count(Denied) == 100
    assert accounts.users.check_password("eve@example.com", PASSWORD, address="192.0.2.1")


def test_one_network_tries_thirty_accounts_a_minute(accounts, add, clock):
    add("eve@example.com")
    accounts.users.check_password("eve@example.com", PASSWORD, address="2001:db8::1")
    answers = [
        type(refused(accounts, f"person{number}@example.com", address=f"2001:db8::{number:x}"))
        for number in range(40)
    ]
    assert answers == [Denied] * 30 + [Throttled] * 10
    assert accounts.users.check_password("eve@example.com", PASSWORD, address="2001:db8::1")


def test_past_attempts_are_removed(accounts, add, clock, database):
    for number in range(20):
        refused(accounts, f"person{number}@example.com")
    clock.move(hours=2)
    refused(accounts, "eve@example.com")
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(ATTEMPTS)).scalar_one() <= 4


def test_who_tried_what_cannot_be_read_from_the_counts(accounts, add, database):
    refused(accounts, "eve@example.com")
    with database.reading() as connection:
        names = connection.execute(select(ATTEMPTS.c.bucket)).scalars().all()
    assert names
    assert not any("eve" in name or "192.0" in name for name in names)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix socket", "unix socket"),
    ],
)
def test_one_subscriber_is_one_network(address, network):
    assert network_of(address) == network


def test_who_is_disabled_while_their_password_is_looked_at_does_not_get_in(accounts, add, hasher):
    eve = add()
    real = hasher.real

    class Meanwhile:
        def verify(self, hash: str, password: str) -> bool:
            accounts.users.disable(eve.id, by=ADMIN)
            return real.verify(hash, password)

        check_needs_rehash = staticmethod(real.check_needs_rehash)
        hash = staticmethod(real.hash)

    hasher.real = Meanwhile()
    refused(accounts, "eve@example.com", PASSWORD)

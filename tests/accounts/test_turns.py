"""Hashing is dear: strangers in any number neither take all places nor all threads."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from modelyard.accounts.passwords import Passwords
from modelyard.accounts.turns import MOST_STRANGERS, Turns
from modelyard.errors import Throttled

PASSWORD = "three green words"


class Held:
    """A hasher that is at it until it is let go."""

    def __init__(self) -> None:
        self.begun, self.end = threading.Semaphore(0), threading.Event()

    def hash(self, password: str) -> str:
        return "kept"

    def verify(self, hash: str, password: str) -> bool:
        self.begun.release()
        return self.end.wait(30)


def test_somebody_known_gets_a_turn_among_any_number_of_strangers() -> None:
    hasher = Held()
    passwords = Passwords(hasher)
    with ThreadPoolExecutor(MOST_STRANGERS + 1) as pool:
        strangers = [
            pool.submit(passwords.matches, "kept", PASSWORD, is_stranger=True)
            for _ in range(MOST_STRANGERS)
        ]
        hasher.begun.acquire()
        known = pool.submit(passwords.matches, "kept", PASSWORD)
        hasher.begun.acquire()
        hasher.end.set()
        assert known.result()
        assert all(stranger.result() for stranger in strangers)


def test_strangers_beyond_a_handful_are_sent_away_at_once() -> None:
    turns = Turns()
    for _ in range(MOST_STRANGERS):
        turns._crowd.acquire()
    with pytest.raises(Throttled, match="Try again in some seconds"), turns.take(is_stranger=True):
        raise AssertionError
    with turns.take():
        pass
    for _ in range(MOST_STRANGERS):
        turns._crowd.release()
    with turns.take(is_stranger=True):
        pass


def test_who_was_sent_away_unheard_has_not_used_up_an_attempt(accounts, add, hasher) -> None:
    add()
    turns = accounts.users.ground.passwords._turns
    for _ in range(MOST_STRANGERS):
        turns._crowd.acquire()
    for _ in range(20):
        with pytest.raises(Throttled, match="many sign in at the moment"):
            accounts.users.check_password("eve@example.com", PASSWORD, address="192.0.2.1")
    for _ in range(MOST_STRANGERS):
        turns._crowd.release()
    assert accounts.users.check_password("eve@example.com", PASSWORD, address="192.0.2.1")

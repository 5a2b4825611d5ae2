"""Accounts on each kind of database, with a clock that tests set and a quick Argon2id."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from modelyard.accounts.accounts import Accounts, open_accounts
from modelyard.accounts.actor import command_line
from modelyard.accounts.user import User
from modelyard.db import Database, open_database

PASSWORD = "three green words"
ADMIN = command_line("ana")


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    second: float = 0.0

    def __call__(self) -> datetime:
        return self.at

    def ticks(self) -> float:
        return self.second

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)
        self.second += timedelta(**span).total_seconds()


@dataclass
class CountingHasher:
    """Real Argon2id with little work, which counts."""

    real: PasswordHasher = field(
        default_factory=lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    )
    verified: int = 0
    hashed: int = 0

    def hash(self, password: str) -> str:
        self.hashed += 1
        return self.real.hash(password)

    def verify(self, hash: str, password: str) -> bool:
        self.verified += 1
        return self.real.verify(hash, password)

    def check_needs_rehash(self, hash: str) -> bool:
        return self.real.check_needs_rehash(hash)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def accounts(database: Database, clock: Clock, hasher: CountingHasher) -> Iterator[Accounts]:
    """The accounts, as one process has them."""
    opened = open_accounts(database, clock, ticks=clock.ticks, hasher=hasher)
    yield opened
    opened.footprints.finish()


@pytest.fixture
def elsewhere(
    database: Database, database_url: str, clock: Clock, hasher: CountingHasher
) -> Iterator[Accounts]:
    """The same accounts, as another process has them."""
    other = open_database(database_url)
    opened = open_accounts(other, clock, ticks=clock.ticks, hasher=hasher)
    yield opened
    opened.footprints.finish()
    other.close()


@pytest.fixture
def add(accounts: Accounts) -> Callable[..., User]:
    """Add a person with the usual password."""

    def added(email: str = "eve@example.com", role: str = "analyst") -> User:
        return accounts.users.add(email, role, by=ADMIN, password=PASSWORD)

    return added


@pytest.fixture
def owner(add: Callable[..., User]) -> User:
    return add("owner@example.com", "owner")


@pytest.fixture
def actions(accounts: Accounts) -> Callable[[], list[str]]:
    """Give what the audit log says was done, oldest first."""
    return lambda: [entry.action for entry in reversed(accounts.audit.entries(limit=1000))]

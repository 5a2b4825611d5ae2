"""One database, opened: the same promises on SQLite and Postgres."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text, update

from modelyard.accounts.tables import ATTEMPTS, SECRETS, USERS
from modelyard.db import Database, open_database
from modelyard.db.migrate import migrate
from modelyard.errors import Invalid, Unavailable


def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as connection:
        connection.execute(insert(SECRETS).values(name="a", value=b"1"))
        raise RuntimeError
    with database.reading() as connection:
        assert connection.execute(select(SECRETS)).all() == []


def test_writers_that_read_first_wait_for_each_other(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(insert(ATTEMPTS).values(bucket="a", window=0, count=0))

    def add_one(_: int) -> None:
        with database.transaction() as connection:
            row = select(ATTEMPTS.c.count).with_for_update()
            count = connection.execute(row).scalar_one()
            connection.execute(update(ATTEMPTS).values(count=count + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(100)))
    with database.reading() as connection:
        assert connection.execute(select(ATTEMPTS.c.count)).scalar_one() == 100


def test_who_stands_still_in_a_transaction_does_not_hold_the_others_for_long(
    postgres_url: str,
) -> None:
    still, other = open_database(postgres_url), open_database(postgres_url)
    migrate(other)
    with other.transaction() as connection:
        connection.execute(insert(ATTEMPTS).values(bucket="a", window=0, count=0))
    add_one = update(ATTEMPTS).values(count=ATTEMPTS.c.count + 1)
    with pytest.raises(Unavailable), still.transaction() as held:
        held.execute(add_one)
        with other.transaction() as connection:
            connection.execute(add_one)
        held.execute(add_one)
    with other.reading() as connection:
        assert connection.execute(select(ATTEMPTS.c.count)).scalar_one() == 1


def test_reading_changes_nothing(database: Database) -> None:
    with database.reading() as connection:
        connection.execute(insert(SECRETS).values(name="a", value=b"1"))
    with database.reading() as connection:
        assert connection.execute(select(SECRETS)).all() == []


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    there = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
    person = {"id": "1", "email": "a@b", "name": "", "role": "owner", "password_hash": ""}
    with database.transaction() as connection:
        connection.execute(insert(USERS).values(**person, is_active=True, created_at=there))
        found = connection.execute(select(USERS.c.created_at)).scalar_one()
    assert found == there
    assert found.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="without a zone"), database.transaction() as connection:
        connection.execute(update(USERS).values(created_at=datetime(2026, 3, 1)))


@pytest.mark.parametrize(
    "url", ["mysql://a/b", "nonsense", "sqlite://", "sqlite:///:memory:", "postgresql://host/"]
)
def test_other_addresses_are_refused_with_examples(url: str) -> None:
    with pytest.raises(Invalid, match=r"MODELYARD_DATABASE_URL.*postgresql://user:password@host"):
        open_database(url)


def test_a_password_is_never_shown() -> None:
    database = open_database("postgres://ana:hidden@127.0.0.1:1/yard")
    assert "hidden" not in repr(database)
    with pytest.raises(Unavailable) as fault, database.reading() as connection:
        connection.execute(text("SELECT 1"))
    assert "hidden" not in str(fault.value)

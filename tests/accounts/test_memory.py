"""What is asked at every request costs the database one question a second, and never a wait."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from modelyard.accounts.actor import command_line
from modelyard.accounts.memory import MOST, Memory
from modelyard.accounts.resource import Resource
from modelyard.errors import SignInNeeded

ADMIN = command_line("ana")


@pytest.fixture
def asked(database):
    """The questions that the database was asked."""
    questions: list[str] = []

    def note(_connection, _cursor, statement, *_: object) -> None:
        questions.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield questions
    event.remove(database.engine, "before_cursor_execute", note)


def test_ten_thousand_requests_ask_the_database_once(accounts, add, asked):
    eve = add()
    session = accounts.sessions.open(eve)
    _, token = accounts.tokens.create(eve, "t", ["read"], by=ADMIN)
    accounts.tokens.find_actor(token)
    accounts.footprints.finish()
    asked.clear()
    for _ in range(10_000):
        accounts.sessions.find_actor(session)
        accounts.sharing.find(Resource("dataset", "flights"))
        accounts.users.has_any()
    tables = [question.split("FROM ")[1].split()[0] for question in asked if "FROM" in question]
    assert sorted(tables) == ["users", "users", "visibilities"]


def test_a_writer_that_holds_the_database_does_not_hold_up_requests(accounts, add, database, clock):
    eve = add()
    _, token = accounts.tokens.create(eve, "t", ["read"], by=ADMIN)
    session = accounts.sessions.open(eve)
    clock.move(minutes=5)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.transaction() as connection:
            from modelyard.accounts.tables import USERS

            connection.execute(USERS.update().values(name="held"))
            held.set()
            done.wait(30)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        held.wait(30)
        assert accounts.tokens.find_actor(token)
        assert accounts.sessions.find_actor(session)
        assert accounts.tokens.list_tokens()[0].last_used_at is None
        done.set()
        holder.result()
    accounts.footprints.finish()
    assert accounts.tokens.list_tokens()[0].last_used_at == clock.at


def test_a_database_that_is_gone_is_no_fault_of_what_is_remembered(accounts, add, database, clock):
    eve = add()
    session = accounts.sessions.open(eve)
    accounts.sessions.find_actor(session)
    accounts.footprints.leave("session", "nobody", "nobody", clock.at)
    accounts.footprints.finish()
    assert accounts.sessions.find_actor(session)


def test_what_was_read_while_something_changed_is_not_remembered():
    memory = Memory(ticks=lambda: 0.0)

    def read() -> str:
        memory.forget()
        return "old"

    assert memory.recall("a", read) == "old"
    assert memory.recall("a", lambda: "new") == "new"
    assert memory.recall("a", lambda: "newer") == "new"


def test_memory_does_not_grow_without_end():
    memory = Memory(ticks=lambda: 0.0)
    for number in range(MOST * 2 + 1):
        memory.recall(number, lambda: 1)
    assert len(memory._kept) <= MOST


def test_secrets_that_are_not_known_are_not_remembered(accounts, add):
    for number in range(10):
        with pytest.raises(SignInNeeded):
            accounts.tokens.find_actor(f"myd_{number}")
        assert accounts.sessions.find_actor(str(number)) is None
    memory = accounts.sessions.ground.memory
    assert not memory._kept

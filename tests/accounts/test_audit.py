"""The audit log: entries are added, and the database itself refuses everything else."""

import json

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import IntegrityError

from modelyard.accounts.actor import ANONYMOUS, LAPTOP, VISITOR, Actor, command_line
from modelyard.accounts.tables import AUDIT

ADMIN = command_line("ana")


@pytest.mark.parametrize(
    "statement",
    [
        update(AUDIT).values(actor="somebody else"),
        delete(AUDIT),
        text("UPDATE audit SET actor = 'x' WHERE id = 1"),
        text("DELETE FROM audit WHERE id = 1"),
    ],
    ids=str,
)
def test_the_past_cannot_be_changed(accounts, database, statement):
    accounts.audit.record(ADMIN, "test")
    with (
        pytest.raises(IntegrityError, match="the audit log is append-only"),
        database.transaction() as connection,
    ):
        connection.execute(statement)
    assert [entry.actor for entry in accounts.audit.entries()] == ["command line (ana)"]


def test_an_entry_cannot_be_replaced_or_all_be_cut_off(accounts, database):
    accounts.audit.record(ADMIN, "test")
    (entry,) = accounts.audit.entries()
    values = "'2026-01-01', 'x', 'x', '', 'x', '', '{}'"
    statement = (
        f"INSERT OR REPLACE INTO audit VALUES ({entry.id}, {values})"  # noqa: S608
        if database.is_sqlite
        else "TRUNCATE audit"
    )
    with pytest.raises(IntegrityError, match="append-only"), database.transaction() as connection:
        connection.execute(text(statement))
    assert accounts.audit.entries() == [entry]


def test_an_entry_of_a_change_that_fails_is_not_there(accounts, database):
    with pytest.raises(RuntimeError), database.transaction() as connection:
        accounts.audit.note(connection, ADMIN, "test")
        raise RuntimeError
    assert accounts.audit.entries() == []


@pytest.mark.parametrize(
    ("actor", "shown", "via"),
    [
        (ADMIN, "command line (ana)", "command line"),
        (LAPTOP, "this computer", "this computer"),
        (VISITOR, "anybody", "not signed in"),
        (ANONYMOUS, "anybody", "not signed in"),
        (Actor(kind="user", email="a@b.c", credential="s1"), "a@b.c", "session"),
        (Actor(kind="token", email="a@b.c", credential="t1"), "a@b.c", "token t1"),
    ],
)
def test_an_entry_says_who_and_how(accounts, actor, shown, via):
    accounts.audit.record(actor, "test")
    (entry,) = accounts.audit.entries()
    assert (entry.actor, entry.via) == (shown, via)


def test_entries_come_newest_first_in_pages_and_by_action_and_actor(accounts):
    for number in range(10):
        accounts.audit.record(ADMIN if number % 2 else LAPTOP, f"test.{number % 3}", str(number))
    subjects = [entry.subject for entry in accounts.audit.entries(limit=3)]
    assert subjects == ["9", "8", "7"]
    before = accounts.audit.entries(limit=3)[-1].id
    more = accounts.audit.entries(before_id=before, limit=100)
    assert [entry.subject for entry in more] == ["6", "5", "4", "3", "2", "1", "0"]
    assert [entry.subject for entry in accounts.audit.entries(action="test.0")] == list("9630")
    by_laptop = accounts.audit.entries(actor="this computer", action="test.1\x00")
    assert [entry.subject for entry in by_laptop] == ["4"]


def test_everything_is_exported_oldest_first(accounts, database, clock):
    row = {"actor": "a", "via": "", "address": "", "action": "test", "detail": {"n": 1}}
    with database.transaction() as connection:
        rows = [{**row, "at": clock.at, "subject": str(number)} for number in range(2500)]
        connection.execute(insert(AUDIT), rows)
    exported = list(accounts.audit.export())
    assert [entry["subject"] for entry in exported] == [str(number) for number in range(2500)]
    assert json.loads(json.dumps(exported[0])) == {
        "id": exported[0]["id"],
        "at": "2026-03-01T12:00:00Z",
        "actor": "a",
        "via": "",
        "address": "",
        "action": "test",
        "subject": "0",
        "detail": {"n": 1},
    }


def test_texts_of_any_kind_are_made_fit_to_be_kept(accounts):
    strange = "a\x00b\nc\ud800d\u202ee" + "x" * 5000
    actor = Actor(kind="user", email=strange, address=strange)
    detail = {strange: [strange, {"n": 1, "is": True, "none": None}], "set": {1}}
    accounts.audit.record(actor, strange, strange, detail)
    (entry,) = accounts.audit.entries()
    assert entry.subject.startswith("a b c d ex")
    assert len(entry.subject) <= 300
    (name,) = (name for name in entry.detail if name != "set")
    assert entry.detail[name][1] == {"n": 1, "is": True, "none": None}

"""A database comes to the newest shape once, whoever starts first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import modelyard.accounts.tables
import modelyard.fleet.tables
import modelyard.models.tables
import modelyard.runs.tables
import modelyard.scenarios.tables  # noqa: F401
from modelyard.db import METADATA, Database, open_database
from modelyard.db.migrate import HEAD, migrate, migrate_when_reachable, revision_of
from modelyard.errors import Unavailable


def test_the_steps_end_in_the_tables_that_the_rooms_use(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    assert revision_of(database) == HEAD


def test_instances_that_start_together_migrate_once(database_url: str) -> None:
    databases = [open_database(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(migrate, databases))
    assert sorted(outcomes) == [False, False, False, True]


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="a newer Modelyard made it"):
        migrate(database)


def test_a_database_that_is_down_is_tried_again_and_then_named() -> None:
    database = open_database("postgresql://somebody:secret@127.0.0.1:1/yard")
    said: list[str] = []
    pauses: list[float] = []
    with pytest.raises(Unavailable, match="cannot be used at the moment") as fault:
        migrate_when_reachable(database, 3, said.append, pauses.append)
    assert len(said) == 1
    assert len(pauses) > 2
    assert "secret" not in f"{said} {fault.value}"

"""Copies of a whole database: a file of SQLite as one file, Postgres as one file per table.

A copy is of one moment, while the service goes on.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from modelyard.db.engine import Database, away
from modelyard.db.migrate import migrate

SQLITE = "database.sqlite"
KEPT = ("users", "runs", "models")
"""Tables that say whether a database is in use."""


@dataclass(frozen=True)
class DatabaseCopy:
    """A folder with the files of a copy."""

    folder: Path

    @property
    def is_sqlite(self) -> bool:
        """Whether it was made from a file of SQLite."""
        return (self.folder / SQLITE).is_file()


def has_content(database: Database) -> bool:
    """Tell whether somebody uses a database: it has people, runs or models."""
    with database.reading() as connection:
        known = set(inspect(connection).get_table_names())
        return any(
            connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first() is not None  # noqa: S608
            for name in KEPT
            if name in known
        )


def copy_out(database: Database, folder: Path) -> DatabaseCopy:
    """Write a copy of a database into a folder; raises Unavailable where it does not answer."""
    with database.reading() as connection:
        if database.is_sqlite:
            with closing(sqlite3.connect(folder / SQLITE)) as target:
                connection.connection.driver_connection.backup(target)  # type: ignore[union-attr]
        else:
            from modelyard.db.copies_postgres import tables_out

            tables_out(connection, folder)
    return DatabaseCopy(folder)


def copy_in(database: Database, copy: DatabaseCopy) -> None:
    """Put a copy in the place of all that a database holds, and bring it to the newest shape.

    All or nothing. Raises Unavailable where the database does not answer, where it is of another
    kind than the copy, or where a newer version made the copy.
    """
    if database.is_sqlite != copy.is_sqlite:
        kinds = ("SQLite", "Postgres") if copy.is_sqlite else ("Postgres", "SQLite")
        raise away(f"database ({database.shown}): the backup is of {kinds[0]}, this is {kinds[1]}.")
    if database.is_sqlite:
        with closing(sqlite3.connect(copy.folder / SQLITE)) as source, _raw(database) as target:
            source.backup(target)
    else:
        from modelyard.db.copies_postgres import tables_in

        with database.transaction() as connection:
            tables_in(database, connection, copy.folder)
    migrate(database)


@contextmanager
def _raw(database: Database) -> Iterator[Any]:
    """Give the driver's own connection, outside of any transaction of ours."""
    raw = database.engine.raw_connection()
    try:
        yield raw.driver_connection
    finally:
        raw.close()

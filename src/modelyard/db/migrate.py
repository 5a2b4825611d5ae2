"""Bringing a database to the shape that this version needs, once, whoever starts first."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from modelyard.db.engine import Database, away
from modelyard.errors import Unavailable

HEAD = "0006"
"""The newest revision in `migrations/versions`."""
LOCK = 6_033_570_421_845_163_332
"""Any number, the same in all instances: the name of the lock in Postgres."""
log = logging.getLogger(__name__)


def migrate(database: Database) -> bool:
    """Bring the database to the newest shape; tells whether anything was to do.

    Several instances may call it at once: one does the work in one transaction, the others wait.
    Raises Unavailable where the database cannot be reached or was made by a newer version.
    """
    if revision_of(database) == HEAD:
        return False
    with database.transaction() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if revision_in(connection) == HEAD:
            return False
        upgrade_to(database, connection, HEAD)
    return True


def revision_of(database: Database) -> str | None:
    """Give the revision that the database has, or None for an empty one."""
    with database.reading() as connection:
        return revision_in(connection)


def migrate_when_reachable(
    database: Database,
    patience_s: float,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Migrate, and try again for `patience_s` seconds while the database cannot be reached."""
    waited, pause, told = 0.0, 0.5, False
    while True:
        try:
            return migrate(database)
        except Unavailable as fault:
            if waited >= patience_s:
                raise
            if not told:
                say(f"{fault} Trying again for {patience_s:g} seconds.")
                told = True
        sleep(pause)
        waited += pause
        pause = min(pause * 1.5, 5.0)


def revision_in(connection: Connection) -> str | None:
    """Give the revision that the database has, or None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade_to(database: Database, connection: Connection, revision: str) -> None:
    """Bring the database to the shape of a revision; raises Unavailable for one not known here."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    if not database.is_sqlite:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError:
        raise away(
            f"database ({database.shown}): has a shape that this version does not know: "
            "a newer Modelyard made it. Use that version, or restore a backup from before."
        ) from None

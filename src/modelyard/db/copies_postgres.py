"""The tables of a Postgres database as files, by its own COPY: no program besides is needed.

DBOS's own tables stay behind: what was under way begins anew where the copy is restored.
"""

import json
from collections.abc import Collection
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, inspect, text

from modelyard.db.engine import Database
from modelyard.db.metadata import METADATA
from modelyard.db.migrate import revision_in, upgrade_to

LIST = "tables.json"
VERSION_TABLE = "alembic_version"
PIECE_BYTES = 65_536
TRIGGERED = (
    "SELECT DISTINCT tgfoid::regprocedure::text "
    "FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid "
    "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace "
    "AND relname = ANY(:tables)"
)
"""The functions that triggers of tables call."""
BEGIN_ANEW = (
    "UPDATE runs SET state = 'queued', worker = '', dispatched_at = NULL "
    "WHERE state IN ('queued', 'running')"
)


def tables_out(connection: Connection, folder: Path) -> None:
    """Write all our tables as they are at one moment, and a list of them, into a folder."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    tables = {name: _columns(connection, name) for name in _ours(connection, METADATA.tables)}
    for name, columns in tables.items():
        with _file(folder, name).open("wb") as file:
            _copy_out(connection, f"{name} ({_listed(columns)})", file)
    kept = {"revision": revision_in(connection), "tables": tables}
    (folder / LIST).write_text(json.dumps(kept), encoding="utf-8")


def tables_in(database: Database, connection: Connection, folder: Path) -> None:
    """Make the tables anew, in the shape that they had, and fill them from the files.

    Raises Unavailable where a newer version wrote them.
    """
    kept = json.loads((folder / LIST).read_text(encoding="utf-8"))
    _drop_all(connection, {*map(str, METADATA.tables), VERSION_TABLE})
    upgrade_to(database, connection, kept["revision"])
    for name in reversed(kept["tables"]):
        connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608 (our own tables)
    for name, columns in kept["tables"].items():
        with _file(folder, name).open("rb") as file:
            _copy_in(connection, f"{name} ({_listed(columns)})", file)
        _go_on_counting(connection, name, columns)
    if "runs" in kept["tables"]:
        connection.execute(text(BEGIN_ANEW))


def _ours(connection: Connection, known: Collection[str]) -> list[str]:
    """List our tables, those that others refer to first; a database may hold other people's too."""
    found = inspect(connection).get_sorted_table_and_fkc_names()
    return [_quoted(name) for name, _ in found if name is not None and name in known]


def _drop_all(connection: Connection, known: Collection[str]) -> None:
    """Remove our tables with what their triggers call, and what DBOS knows."""
    names = _ours(connection, known)
    asked = {"tables": [name.strip('"') for name in names]}
    called = connection.execute(text(TRIGGERED), asked).scalars().all()
    for name in names:
        connection.execute(text(f"DROP TABLE {name} CASCADE"))
    for function in called:
        connection.execute(text(f"DROP FUNCTION {function}"))
    connection.execute(text("DROP SCHEMA IF EXISTS dbos CASCADE"))


def _columns(connection: Connection, table: str) -> list[str]:
    return [str(column["name"]) for column in inspect(connection).get_columns(table.strip('"'))]


def _copy_out(connection: Connection, what: str, file: IO[bytes]) -> None:
    with _cursor(connection) as cursor, cursor.copy(f"COPY {what} TO STDOUT") as rows:
        for piece in rows:
            file.write(piece)


def _copy_in(connection: Connection, what: str, file: IO[bytes]) -> None:
    with _cursor(connection) as cursor, cursor.copy(f"COPY {what} FROM STDIN") as rows:
        while piece := file.read(PIECE_BYTES):
            rows.write(piece)


def _go_on_counting(connection: Connection, table: str, columns: Collection[str]) -> None:
    """Have a column that numbers its rows go on after the highest number."""
    for column in columns:
        asked = {"table": table, "column": column}
        found = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), asked)
        if (sequence := found.scalar()) is not None:
            highest = (
                f'SELECT setval(:sequence, coalesce(max("{column}"), 0) + 1, false) FROM {table}'  # noqa: S608
            )
            connection.execute(text(highest), {"sequence": sequence})


def _file(folder: Path, table: str) -> Path:
    return folder / f"{table.strip(chr(34))}.copy"


def _listed(columns: Collection[str]) -> str:
    return ", ".join(_quoted(column) for column in columns)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cursor(connection: Connection) -> Any:
    return connection.connection.driver_connection.cursor()  # type: ignore[union-attr]

"""One database, opened: SQLite (WAL) or Postgres behind the same few words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DisconnectionError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from modelyard.errors import Invalid, Unreachable
from modelyard.private import private_file, private_folder

SETTING = "MODELYARD_DATABASE_URL"
READING = "modelyard_reading"
POSTGRES_NAMES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
EXAMPLES = "Such as sqlite:////data/modelyard.db or postgresql://user:password@host/name."
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA busy_timeout=10000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA journal_size_limit=67108864",
)
SET_REST = "SET idle_in_transaction_session_timeout = '5s'"
"""A process that stands still in the middle of a transaction holds its locks no longer than this:
shorter than the silence after which the others take it for dead."""
BROKEN = (OperationalError, InterfaceError, InternalError, DisconnectionError, PoolTimeoutError)
"""What says that the database, not the question, is at fault."""


@dataclass(frozen=True, repr=False)
class Database:
    """A database and its connections."""

    engine: Engine
    shown: str
    """Where it is, in words without a password."""

    def __repr__(self) -> str:
        """Say where it is; never with a password."""
        return f"<Database {self.shown}>"

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file that only this machine may use."""
        return self.engine.dialect.name == "sqlite"

    def insert(self, table: Table) -> Any:
        """Give an INSERT that can say what is to be done where the row is there already."""
        if self.is_sqlite:
            from sqlalchemy.dialects import sqlite

            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Do all of it or nothing; writers of SQLite wait for each other from the start.

        Raises Unavailable where the database cannot be reached.
        """
        with self._translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See one state of the data, and change nothing.

        Raises Unavailable where the database cannot be reached.
        """
        with self._translated(), self.engine.connect() as connection:
            scope = connection.execution_options(**{READING: True}).begin()
            try:
                yield connection
            finally:
                scope.rollback()

    def check(self) -> None:
        """Pass where the database answers; raises Unavailable."""
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except BROKEN as fault:
            raise unreachable(self.shown, fault) from fault


def open_database(url: str, pool: int = 8) -> Database:
    """Open the database at `url`; this process then has at most `pool` connections.

    Who finds all of them in use waits for one. A thread that holds one may ask for a second (none
    asks for a third) where `pool` is larger than the number of such threads.
    `sqlite:///FILE` makes the file's folder; `postgresql://USER:PASSWORD@HOST/NAME` is reached at
    the first use. Raises Invalid, naming the setting, for any other address.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, pool)
    options: dict[str, Any] = {"prepare_threshold": None, "connect_timeout": 5}
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=pool,
        max_overflow=0,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args=options,
    )
    event.listen(engine, "connect", _prepare_postgres)
    host = parsed.host or parsed.query.get("host") or "the local socket"
    return Database(engine, f"Postgres {parsed.database} on {host}")


def unreachable(shown: str, fault: BaseException) -> Unreachable:
    """Say that a database cannot be used at the moment, and in full its last word about it."""
    said = str(getattr(fault, "orig", None) or fault).strip().splitlines()
    return away(
        f"database ({shown}): cannot be used at the moment: "
        f"{said[0] if said else type(fault).__name__}. Nothing was written. "
        "Is it running, and is it the one that MODELYARD_DATABASE_URL names?"
    )


def away(full: str) -> Unreachable:
    """Say that there is no database at the moment; why is for those who run the service."""
    return Unreachable(
        "database", "does not answer at the moment.", "Nothing was written. Try again.", full
    )


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Invalid(SETTING, "is not the address of a database.", EXAMPLES) from None
    if parsed.drivername == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed
    if parsed.drivername in POSTGRES_NAMES and parsed.database:
        return parsed
    raise Invalid(SETTING, f"'{parsed.drivername}' is not known, or names no database.", EXAMPLES)


def _open_sqlite(url: URL, pool: int) -> Database:
    file = Path(str(url.database)).absolute()
    try:
        private_folder(file.parent)
        private_file(file)
    except OSError as fault:
        raise away(f"{file.parent}: cannot be made: {fault.strerror}.") from None
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        pool_size=pool,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": 10},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, f"SQLite {file.name}")


def _prepare_postgres(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute(SET_REST)
    connection.autocommit = False


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Leave BEGIN to us: Python's own would let two writers collide (`database is locked`)."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")

"""Runs in the database: written when asked for, read by everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    RowMapping,
    delete,
    func,
    insert,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from modelyard.db import Database
from modelyard.errors import NotFound
from modelyard.runs.fault import Fault
from modelyard.runs.run import OVER, Event, Run, RunFile
from modelyard.runs.tables import EVENTS, FILES, RESULTS, RUNS

HIDDEN = frozenset({"dispatched_at", "idempotency_key", "idempotency_owner", "idempotency_digest"})
SHOWN = [column for column in RUNS.c if column.name not in HIDDEN]


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which runs to list; empty parts ask for all."""

    state: str = ""
    kind: str = ""
    resource: tuple[str, str] | None = None
    started_by_id: str = ""
    schedule: str = ""
    before: str = ""
    """The id of the last run of the page before."""
    limit: int = 50


@dataclass(frozen=True)
class Store:
    """Asks the tables of runs."""

    database: Database

    def add(self, values: Mapping[str, Any]) -> bool:
        """Write a new run; False where its idempotency key is taken."""
        try:
            with self.database.transaction() as connection:
                connection.execute(insert(RUNS).values(**values))
        except IntegrityError:
            return False
        return True

    def find_keyed(self, owner: str, key: str) -> tuple[Run, str] | None:
        """Find the run that bears an idempotency key, and the digest of what was asked then."""
        mine = (RUNS.c.idempotency_owner == owner) & (RUNS.c.idempotency_key == key)
        with self.database.reading() as connection:
            row = connection.execute(
                select(*SHOWN, RUNS.c.idempotency_digest).where(mine)
            ).one_or_none()
        return None if row is None else (run_of(row._mapping), str(row.idempotency_digest))

    def get(self, run_id: str) -> Run:
        """Give a run; raises NotFound."""
        with self.database.reading() as connection:
            return read_run(connection, run_id)

    def all_of(self, asked: Question) -> list[Run]:
        """List runs, the newest first."""
        query = select(*SHOWN).order_by(RUNS.c.created_at.desc(), RUNS.c.id.desc())
        for column, value in (
            (RUNS.c.state, asked.state),
            (RUNS.c.kind, asked.kind),
            (RUNS.c.started_by_id, asked.started_by_id),
        ):
            if value:
                query = query.where(column == value)
        if asked.resource is not None:
            kind, name = asked.resource
            query = query.where(RUNS.c.resource_kind == kind, RUNS.c.resource_name == name)
        if asked.schedule:
            has_one = RUNS.c.schedule != literal_column("''")  # the index is of those
            query = query.where(RUNS.c.schedule == asked.schedule, has_one)
        if asked.before:
            last = select(RUNS.c.created_at, RUNS.c.id).where(RUNS.c.id == asked.before)
            query = query.where(tuple_(RUNS.c.created_at, RUNS.c.id) < last.scalar_subquery())
        with self.database.reading() as connection:
            rows = connection.execute(query.limit(asked.limit)).all()
        return [run_of(row._mapping) for row in rows]

    def counts(self) -> dict[str, int]:
        """Count the runs of each state."""
        query = select(RUNS.c.state, func.count()).group_by(RUNS.c.state)
        with self.database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def events(self, run_id: str, after: int, limit: int) -> list[Event]:
        """Give what happened to a run after the event `after`; raises NotFound."""
        query = (
            select(EVENTS)
            .where(EVENTS.c.run_id == run_id, EVENTS.c.number > after)
            .order_by(EVENTS.c.number)
            .limit(limit)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
            if not rows:
                read_run(connection, run_id)
        return [
            Event(number=row.number, at=row.at, kind=row.kind, content=row.content) for row in rows
        ]

    def find_result(self, run_id: str) -> bytes | None:
        """Give the result of a run, or None where it has none."""
        with self.database.reading() as connection:
            found = connection.execute(
                select(RESULTS.c.content).where(RESULTS.c.run_id == run_id)
            ).scalar()
        return None if found is None else bytes(found)

    def files(self, run_id: str) -> list[RunFile]:
        """List the files that a run made."""
        query = select(FILES).where(FILES.c.run_id == run_id).order_by(FILES.c.name)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            RunFile(
                name=row.name,
                media_type=row.media_type,
                bytes=row.bytes,
                digest=row.digest,
                blob=row.blob,
            )
            for row in rows
        ]

    def cancel(self, run_id: str, at: datetime, by: str) -> Run:
        """End a queued run, ask a running one to end, leave one that is over; raises NotFound."""
        asked = {"by": by}
        with self.database.transaction() as connection:
            mine = RUNS.c.id == run_id
            ended = connection.execute(
                update(RUNS)
                .where(mine, RUNS.c.state == "queued")
                .values(state="cancelled", cancel_asked_at=at, ended_at=at, label="")
                .values(dispatched_at=func.coalesce(RUNS.c.dispatched_at, at))
            ).rowcount
            if ended:
                add_event(connection, run_id, at, "cancel", asked)
                add_event(connection, run_id, at, "completed", {"state": "cancelled"})
            elif connection.execute(
                update(RUNS)
                .where(mine, RUNS.c.state == "running", RUNS.c.cancel_asked_at.is_(None))
                .values(cancel_asked_at=at)
            ).rowcount:
                add_event(connection, run_id, at, "cancel", asked)
            return read_run(connection, run_id)

    def forget_before(self, at: datetime) -> list[str]:
        """Remove the runs that ended before `at`; gives the blobs that nobody needs any more."""
        old = select(RUNS.c.id).where(RUNS.c.state.in_(OVER), RUNS.c.ended_at < at)
        with self.database.transaction() as connection:
            ids = list(connection.execute(old.limit(1000)).scalars())
            blobs = select(FILES.c.blob).where(FILES.c.run_id.in_(ids))
            names = list(connection.execute(blobs).scalars())
            connection.execute(delete(RUNS).where(RUNS.c.id.in_(ids)))
        return names


def read_run(connection: Connection, run_id: str) -> Run:
    """Give a run; raises NotFound."""
    row = connection.execute(select(*SHOWN).where(RUNS.c.id == run_id)).one_or_none()
    if row is None:
        raise NotFound(f"run {run_id[:40]}", "is not here.", "List them with: modelyard runs list")
    return run_of(row._mapping)


def add_event(
    connection: Connection, run_id: str, at: datetime, kind: str, content: Mapping[str, Any]
) -> None:
    """Write down what happened.

    The transaction must have changed the run's row before: that row is the lock under which
    events get their numbers.
    """
    last = select(func.coalesce(func.max(EVENTS.c.number), 0) + 1).where(EVENTS.c.run_id == run_id)
    connection.execute(
        insert(EVENTS).values(
            run_id=run_id, number=last.scalar_subquery(), at=at, kind=kind, content=dict(content)
        )
    )


def run_of(row: RowMapping) -> Run:
    """Make a run of a row."""
    values = {column.name: row[column.name] for column in SHOWN}
    fault = values.pop("fault")
    return Run(**values, fault=None if fault is None else msgspec.convert(fault, Fault))

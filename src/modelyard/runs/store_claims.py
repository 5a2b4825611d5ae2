"""Runs in the hands of a worker. Every write is guarded by worker and attempt, so that one who was
taken for dead and comes back changes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from modelyard.db import Database
from modelyard.runs.canonical import digest_of
from modelyard.runs.fault import Fault
from modelyard.runs.run import Run, RunFile, State
from modelyard.runs.store import SHOWN, add_event, run_of
from modelyard.runs.tables import FILES, INSTANCES, RESULTS, RUNS

UNDER_WAY = RUNS.c.ended_at.is_(None)
HANDED_BACK = "waiting for another worker"


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a run ends."""

    state: State
    result: bytes | None = None
    files: Sequence[RunFile] = ()
    passport: Mapping[str, Any] | None = None
    fault: Fault | None = None


@dataclass(frozen=True)
class Claims:
    """What one worker does to the tables of runs."""

    database: Database
    worker: str

    def take(self, kinds: Collection[str], most: int, at: datetime) -> list[tuple[str, int]]:
        """Take up to `most` waiting runs of these kinds, the oldest first: ids and attempts."""
        waiting = (
            select(RUNS.c.id)
            .where(RUNS.c.dispatched_at.is_(None), RUNS.c.kind.in_(kinds))
            .order_by(RUNS.c.created_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        with self.database.transaction() as connection:
            # Two statements: as one, Postgres may look for the oldest again and take more.
            ids = list(connection.execute(waiting).scalars())
            taken = (
                update(RUNS)
                .where(RUNS.c.id.in_(ids), RUNS.c.state == "queued", _lives(self.worker))
                .values(dispatched_at=at, worker=self.worker)
                .returning(RUNS.c.id, RUNS.c.attempt)
            )
            return [(row.id, row.attempt) for row in connection.execute(taken)] if ids else []

    def is_waiting(self) -> bool:
        """Whether any run waits for a worker."""
        query = select(RUNS.c.id).where(RUNS.c.dispatched_at.is_(None)).limit(1)
        with self.database.reading() as connection:
            return connection.execute(query).first() is not None

    def begin(self, run_id: str, at: datetime) -> Run | None:
        """Begin a run, or give None where it is over or in the hands of another live worker."""
        held_by_dead = (
            ~select(INSTANCES.c.id)
            .where(INSTANCES.c.id == RUNS.c.worker, INSTANCES.c.left_at.is_(None))
            .exists()
        )
        begun = (
            update(RUNS)
            .where(RUNS.c.id == run_id, UNDER_WAY, _lives(self.worker))
            .where(or_(RUNS.c.worker.in_(("", self.worker)), held_by_dead))
            .values(state="running", attempt=RUNS.c.attempt + 1, worker=self.worker)
            .values(began_at=at, done=0.0, label="")
            .returning(*SHOWN)
        )
        with self.database.transaction() as connection:
            row = connection.execute(begun).one_or_none()
            if row is None:
                return None
            run = run_of(row._mapping)
            content = {"attempt": run.attempt, "worker": self.worker}
            add_event(connection, run_id, at, "start", content)
        return run

    def note(  # noqa: PLR0913 (what was told)
        self,
        run: Run,
        at: datetime,
        *,
        done: float,
        label: str,
        is_new: bool = True,
        lines: Sequence[str] = (),
    ) -> bool:
        """Write down how far a run is, and what it said; False where it is not ours any more."""
        with self.database.transaction() as connection:
            change = _mine(run).values(done=min(max(done, 0.0), 1.0), label=label[:300])
            if not connection.execute(change).rowcount:
                return False
            for line in lines:
                add_event(connection, run.id, at, "log", {"text": line[:4000]})
            if is_new:
                add_event(connection, run.id, at, "progress", {"done": done, "label": label})
        return True

    def finish(self, run: Run, at: datetime, ending: Ending) -> bool:
        """End a run with all that came of it, in one step; False where it is not ours any more."""
        fault = None if ending.fault is None else msgspec.to_builtins(ending.fault)
        values: dict[str, Any] = {"state": ending.state, "ended_at": at, "label": ""}
        values |= {"fault": fault, "passport": ending.passport and dict(ending.passport)}
        if ending.state == "succeeded":
            values["done"] = 1.0
        with self.database.transaction() as connection:
            if not connection.execute(_mine(run).values(**values)).rowcount:
                return False
            _keep(connection, run.id, ending)
            said = {"state": ending.state} | ({"fault": fault} if fault else {})
            add_event(connection, run.id, at, "completed", said)
        return True

    def asked_to_end(self) -> set[str]:
        """Give the runs of this worker that somebody asked to end."""
        query = select(RUNS.c.id).where(
            RUNS.c.worker == self.worker, UNDER_WAY, RUNS.c.cancel_asked_at.is_not(None)
        )
        with self.database.reading() as connection:
            return set(connection.execute(query).scalars())

    def held(self) -> set[str]:
        """Give the runs that are in the hands of this worker."""
        query = select(RUNS.c.id).where(RUNS.c.worker == self.worker, UNDER_WAY)
        with self.database.reading() as connection:
            return set(connection.execute(query).scalars())

    def running(self, kinds: Collection[str]) -> list[Run]:
        """Give the runs of these kinds that are at work, wherever, and are not to end."""
        wanted = RUNS.c.kind.in_(kinds) & (RUNS.c.state == "running")
        query = select(*SHOWN).where(wanted, RUNS.c.cancel_asked_at.is_(None))
        with self.database.reading() as connection:
            return [run_of(row._mapping) for row in connection.execute(query)]

    def is_over(self, run_id: str) -> bool:
        """Tell whether a run has ended, or is gone."""
        query = select(RUNS.c.id).where(RUNS.c.id == run_id, UNDER_WAY)
        with self.database.reading() as connection:
            return connection.execute(query).first() is None

    def release(self, at: datetime, resumed: Collection[str], only: Collection[str] = ()) -> None:
        """Take all runs (or those in `only`) out of the hands of this worker.

        Those in `resumed` are waiting in a queue already; the others wait to be taken anew.
        """
        held = select(*SHOWN).where(RUNS.c.worker == self.worker, UNDER_WAY).with_for_update()
        with self.database.transaction() as connection:
            for row in connection.execute(held.where(RUNS.c.id.in_(only)) if only else held).all():
                _let_go(connection, run_of(row._mapping), at, row.id in resumed)

    def kinds_of(self, run_ids: Collection[str]) -> dict[str, str]:
        """Give the kinds of runs by their ids."""
        query = select(RUNS.c.id, RUNS.c.kind).where(RUNS.c.id.in_(run_ids))
        with self.database.reading() as connection:
            return {row.id: row.kind for row in connection.execute(query)}


def _lives(worker: str) -> ColumnElement[bool]:
    mine = (INSTANCES.c.id == worker) & INSTANCES.c.left_at.is_(None)
    return select(INSTANCES.c.id).where(mine).exists()


def _mine(run: Run) -> Any:
    return update(RUNS).where(
        RUNS.c.id == run.id,
        RUNS.c.attempt == run.attempt,
        RUNS.c.worker == run.worker,
        RUNS.c.state == "running",
    )


def _keep(connection: Connection, run_id: str, ending: Ending) -> None:
    if ending.result is not None:
        digest = digest_of(ending.result)
        row = {"run_id": run_id, "content": ending.result, "digest": digest}
        connection.execute(insert(RESULTS).values(**row))
    for file in ending.files:
        connection.execute(
            insert(FILES).values(
                run_id=run_id,
                name=file.name,
                media_type=file.media_type,
                bytes=file.bytes,
                digest=file.digest,
                blob=file.blob,
            )
        )


def _let_go(connection: Connection, run: Run, at: datetime, is_resumed: bool) -> None:
    mine = update(RUNS).where(RUNS.c.id == run.id)
    if run.cancel_asked_at is not None:
        connection.execute(mine.values(state="cancelled", ended_at=at, label=""))
        add_event(connection, run.id, at, "completed", {"state": "cancelled"})
        return
    values: dict[str, Any] = {"state": "queued", "worker": "", "label": HANDED_BACK, "done": 0.0}
    if not is_resumed:
        values |= {"dispatched_at": None, "attempt": run.attempt + 1}
    connection.execute(mine.values(**values))
    if run.state == "running":
        ended = {"text": f"its worker ended: {HANDED_BACK}", "worker": run.worker}
        add_event(connection, run.id, at, "log", ended)

"""Which workers there are, and whether they live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from modelyard.db import Database
from modelyard.runs.identity import Identity
from modelyard.runs.tables import INSTANCES, RUNS
from modelyard.version import VERSION

LEASE_S = 6.0
"""How long the one who takes care of a dead worker's runs may take before another does."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A worker as the others see it."""

    id: str
    kind: str
    machine: str
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    left_at: datetime | None
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Instances:
    """Asks the table of instances."""

    database: Database

    def join(self, identity: Identity, kind: str, at: datetime) -> None:
        """Write down that an instance is here."""
        with self.database.transaction() as connection:
            connection.execute(
                insert(INSTANCES).values(
                    id=identity.id,
                    kind=kind,
                    machine=identity.machine,
                    host=identity.host,
                    pid=identity.pid,
                    version=VERSION,
                    started_at=at,
                    seen_at=at,
                    detail=dict(identity.detail),
                )
            )

    def beat(self, instance_id: str, at: datetime) -> bool:
        """Write down that an instance lives; False where it was taken for dead."""
        mine = (INSTANCES.c.id == instance_id) & INSTANCES.c.left_at.is_(None)
        with self.database.transaction() as connection:
            return bool(
                connection.execute(update(INSTANCES).where(mine).values(seen_at=at)).rowcount
            )

    def leave(self, instance_id: str, at: datetime) -> bool:
        """Write down that an instance is gone, or is taken for it; False where it was before."""
        mine = (INSTANCES.c.id == instance_id) & INSTANCES.c.left_at.is_(None)
        with self.database.transaction() as connection:
            return bool(
                connection.execute(update(INSTANCES).where(mine).values(left_at=at)).rowcount
            )

    def all(self) -> list[Instance]:
        """List the instances: those that live, and those that left a short while ago."""
        columns = [column for column in INSTANCES.c if column.name != "reaping_until"]
        with self.database.reading() as connection:
            rows = connection.execute(select(*columns).order_by(INSTANCES.c.started_at)).all()
        return [Instance(**row._mapping) for row in rows]

    def lease(self, instance_id: str, at: datetime) -> bool:
        """Become the one who takes care of the runs of an instance that left."""
        until = INSTANCES.c.reaping_until
        free = (
            (INSTANCES.c.id == instance_id)
            & INSTANCES.c.left_at.is_not(None)
            & or_(until.is_(None), until < at)
        )
        values = {"reaping_until": at + timedelta(seconds=LEASE_S)}
        with self.database.transaction() as connection:
            return bool(connection.execute(update(INSTANCES).where(free).values(**values)).rowcount)

    def end_lease(self, instance_id: str) -> None:
        """Let others look after the instance again."""
        mine = INSTANCES.c.id == instance_id
        with self.database.transaction() as connection:
            connection.execute(update(INSTANCES).where(mine).values(reaping_until=None))

    def holders(self, instance_ids: Sequence[str]) -> set[str]:
        """Give those of these instances that hold runs by the books."""
        query = select(RUNS.c.worker).where(
            RUNS.c.worker.in_(instance_ids), RUNS.c.ended_at.is_(None)
        )
        with self.database.reading() as connection:
            return set(connection.execute(query.distinct()).scalars())

    def forget(self, instance_id: str) -> None:
        """Remove an instance that left and has nothing any more."""
        mine = (INSTANCES.c.id == instance_id) & INSTANCES.c.left_at.is_not(None)
        with self.database.transaction() as connection:
            connection.execute(delete(INSTANCES).where(mine))

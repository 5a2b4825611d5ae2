"""Asks the tables of the fleet. Times are those of the database: clocks of machines differ."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from modelyard.db import Database
from modelyard.fleet.member import Member
from modelyard.fleet.sample import HOUR_S, MINUTE_S, Sample, hour_of, joined_by
from modelyard.fleet.tables import MEMBERS, SAMPLES

KEPT_MEMBERS = timedelta(days=1)
KEPT_SAMPLES = timedelta(days=8)
KEPT_MINUTES = timedelta(hours=2)
"""How long samples of single processes are kept; then all of an hour become one."""
KEPT_ALONE = timedelta(seconds=75)
"""How long after it begins a sample of a single process is kept apart, where there are many."""
CROWD = 300
MOST_AT_ONCE = 2000


@dataclass(frozen=True)
class FleetStore:
    """Reads and writes who is there, and how much each had to do."""

    database: Database

    def now(self) -> datetime:
        """Give the time by the database's clock."""
        with self.database.reading() as connection:
            return _now(connection)

    def join(self, member: Member) -> None:
        """Write down that a process is here."""
        values = {name: getattr(member, name) for name in MEMBERS.c.keys()}  # noqa: SIM118
        with self.database.transaction() as connection:
            now = _now(connection)
            values |= {"started_at": now, "seen_at": now, "load": dict(member.load)}
            connection.execute(insert(MEMBERS).values(**values))

    def beat(self, member_id: str, load: dict[str, object]) -> Member | None:
        """Write down that a process lives; gives what is known of it, None where it is not."""
        with self.database.transaction() as connection:
            values = {"seen_at": _now(connection), "left_at": None, "load": load}
            mine = update(MEMBERS).where(MEMBERS.c.id == member_id).values(**values)
            row = connection.execute(mine.returning(*MEMBERS.c)).one_or_none()
        return None if row is None else Member(**row._mapping)

    def leave(self, member_id: str) -> None:
        """Write down that a process ends."""
        with self.database.transaction() as connection:
            mine = update(MEMBERS).where(MEMBERS.c.id == member_id)
            connection.execute(mine.values(left_at=_now(connection)))

    def drain(self, party: str, on: bool) -> int:
        """Ask the processes of a party to take no more requests, or again; gives how many."""
        with self.database.transaction() as connection:
            at = _now(connection) if on else None
            here = (MEMBERS.c.party == party) & MEMBERS.c.left_at.is_(None)
            return connection.execute(
                update(MEMBERS).where(here).values(drain_asked_at=at)
            ).rowcount

    def members(self) -> list[Member]:
        """List those who are there, and those who went away within a day."""
        with self.database.reading() as connection:
            since = _now(connection) - KEPT_MEMBERS
            query = select(MEMBERS).where(MEMBERS.c.seen_at > since)
            rows = connection.execute(query.order_by(MEMBERS.c.started_at.desc())).all()
        return [Member(**row._mapping) for row in rows]

    def add_sample(self, sample: Sample) -> None:
        """Keep a sample."""
        with self.database.transaction() as connection:
            connection.execute(insert(SAMPLES).values(**_values(sample)))

    def samples(self, since: datetime) -> list[Sample]:
        """List samples, the oldest first."""
        columns = [column for column in SAMPLES.c if column.name != "id"]
        query = select(*columns).where(SAMPLES.c.at >= since).order_by(SAMPLES.c.at)
        with self.database.reading() as connection:
            return [Sample(**row._mapping) for row in connection.execute(query)]

    def tidy(self) -> None:
        """Make one sample of each hour that is over, of each minute in a crowd; forget what is old.

        Several processes may do this at once: each takes rows that no other has.
        """
        with self.database.transaction() as connection:
            now = _now(connection)
            gone = or_(
                MEMBERS.c.seen_at < now - KEPT_MEMBERS, MEMBERS.c.left_at < now - KEPT_MEMBERS
            )
            connection.execute(delete(MEMBERS).where(gone))
            connection.execute(delete(SAMPLES).where(SAMPLES.c.at < now - KEPT_SAMPLES))
            _join(connection, SAMPLES.c.at < hour_of(now - KEPT_MINUTES), HOUR_S)
            if len(self._crowd(connection, now)) > CROWD:
                _join(connection, _alone_before(now - KEPT_ALONE), MINUTE_S)

    def _crowd(self, connection: Connection, now: datetime) -> list[object]:
        """Find samples of single processes, as many as make a crowd."""
        query = select(SAMPLES.c.id).where(_alone_before(now - KEPT_ALONE)).limit(CROWD + 1)
        return list(connection.execute(query).scalars())


def _alone_before(at: datetime) -> ColumnElement[bool]:
    return (SAMPLES.c.at < at) & (SAMPLES.c.members == 1)


def _join(connection: Connection, which: ColumnElement[bool], span_s: int) -> None:
    """Put one sample in the place of those of a minute or an hour."""
    old = which & (SAMPLES.c.span_s < HOUR_S)
    chosen = select(SAMPLES.c.id).where(old).order_by(SAMPLES.c.at).limit(MOST_AT_ONCE)
    taken = delete(SAMPLES).where(SAMPLES.c.id.in_(chosen)).returning(*SAMPLES.c)
    rows = [dict(row._mapping) for row in connection.execute(taken).all()]
    samples = [Sample(**{k: v for k, v in row.items() if k != "id"}) for row in rows]
    for sample in joined_by(samples, span_s):
        connection.execute(insert(SAMPLES).values(**_values(sample)))


def _values(sample: Sample) -> dict[str, object]:
    names = Sample.__dataclass_fields__
    return {"id": secrets.token_hex(16)} | {name: getattr(sample, name) for name in names}


def _now(connection: Connection) -> datetime:
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    at: datetime = connection.execute(select(func.now())).scalar_one()
    return at.astimezone(UTC)

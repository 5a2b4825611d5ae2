"""When each schedule is due next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from modelyard.db import Database
from modelyard.runs.tables import SCHEDULES


@dataclass(frozen=True)
class DueTimes:
    """Asks the table of schedules."""

    database: Database

    def all(self) -> dict[str, tuple[datetime, str]]:
        """Give, by name, when each is due, and the rule from which that was worked out."""
        with self.database.reading() as connection:
            rows = connection.execute(select(SCHEDULES)).all()
        return {row.name: (row.due_at, row.note) for row in rows}

    def set(self, name: str, due_at: datetime, rule: str) -> None:
        """Write down when a schedule is due first, or by a changed rule."""
        values = {"due_at": due_at, "note": rule}
        try:
            with self.database.transaction() as connection:
                mine = update(SCHEDULES).where(SCHEDULES.c.name == name)
                if not connection.execute(mine.values(**values)).rowcount:
                    connection.execute(insert(SCHEDULES).values(name=name, **values))
        except IntegrityError:  # another worker was first
            return

    def advance(self, name: str, due_at: datetime, next_at: datetime) -> None:
        """Go on from one time to the next; nothing happens where another worker did so."""
        mine = (SCHEDULES.c.name == name) & (SCHEDULES.c.due_at == due_at)
        with self.database.transaction() as connection:
            connection.execute(update(SCHEDULES).where(mine).values(due_at=next_at))

    def forget(self, names: list[str]) -> None:
        """Remove schedules that are not in modelyard.toml any more."""
        with self.database.transaction() as connection:
            connection.execute(delete(SCHEDULES).where(SCHEDULES.c.name.in_(names)))

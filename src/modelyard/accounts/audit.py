"""The audit log: who changed what and when. Entries are added; the database refuses the rest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from modelyard.accounts.actor import Actor
from modelyard.accounts.plain_text import clean_text
from modelyard.accounts.tables import AUDIT
from modelyard.db import Database

PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One deed."""

    id: int
    at: datetime
    actor: str
    """Who: an e-mail address, or `command line (USER)`."""
    via: str
    """How they asked: `session`, `token ID`, `command line`, ..."""
    address: str
    """From which network address; empty where there is none."""
    action: str
    """What was done, such as `user.add`."""
    subject: str
    """To what: an e-mail address, `dataset/flights`, ..."""
    detail: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Give the entry with its time as text, for JSON and CSV."""
        return asdict(self) | {"at": self.at.isoformat().replace("+00:00", "Z")}


@dataclass(frozen=True)
class AuditLog:
    """What was done, in the order in which it was done."""

    database: Database
    clock: Callable[[], datetime]

    def note(
        self,
        connection: Connection,
        actor: Actor,
        action: str,
        subject: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add an entry in the caller's transaction: there is the change and its entry, or neither.

        `detail` must hold no secret.
        """
        values = {
            "at": self.clock(),
            "actor": clean_text(actor.shown, 254),
            "via": clean_text(actor.via, 60),
            "address": clean_text(actor.address, 64),
            "action": clean_text(action, 60),
            "subject": clean_text(subject, 300),
            "detail": _clean(detail or {}),
        }
        connection.execute(insert(AUDIT).values(values))

    def record(
        self,
        actor: Actor,
        action: str,
        subject: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add an entry on its own; raises Unavailable where the database cannot be reached."""
        with self.database.transaction() as connection:
            self.note(connection, actor, action, subject, detail)

    def entries(
        self, before_id: int | None = None, limit: int = 100, action: str = "", actor: str = ""
    ) -> list[Entry]:
        """List entries, newest first: those before an id, of one action or actor where given."""
        question = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
        if before_id is not None:
            question = question.where(AUDIT.c.id < before_id)
        if action:
            question = question.where(AUDIT.c.action == clean_text(action, 60))
        if actor:
            question = question.where(AUDIT.c.actor == clean_text(actor, 254))
        with self.database.reading() as connection:
            return [Entry(**row) for row in connection.execute(question).mappings()]

    def export(self) -> Iterator[dict[str, Any]]:
        """Give all entries, oldest first, a thousand at a time."""
        last = -1
        while True:
            question = select(AUDIT).where(AUDIT.c.id > last).order_by(AUDIT.c.id).limit(PAGE)
            with self.database.reading() as connection:
                entries = [Entry(**row) for row in connection.execute(question).mappings()]
            if not entries:
                return
            yield from (entry.as_dict() for entry in entries)
            last = entries[-1].id


def _clean(value: Any) -> Any:
    """Give a value as JSON that every database takes."""
    if isinstance(value, str):
        return clean_text(value, 2000)
    if isinstance(value, Mapping):
        return {clean_text(str(name), 100): _clean(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(part) for part in value]
    return value if isinstance(value, int | float | None) else clean_text(str(value), 2000)

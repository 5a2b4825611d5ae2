"""When a session, a token and its person were last seen: written aside, never awaited."""

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Column, Table, update

from modelyard.accounts.tables import SESSIONS, TOKENS, USERS
from modelyard.db import Database
from modelyard.errors import Unavailable

EVERY = timedelta(minutes=1)
"""How fine the time of last use is."""
COLUMNS: dict[str, tuple[Table, "Column[datetime]"]] = {
    "session": (SESSIONS, SESSIONS.c.seen_at),
    "token": (TOKENS, TOKENS.c.last_used_at),
    "user": (USERS, USERS.c.last_seen_at),
}
log = logging.getLogger(__name__)


@dataclass
class Footprints:
    """Times of last use that wait to be written by a thread of their own.

    A database that is busy or away costs a request nothing: what could not be written is dropped,
    and noted again at the next use.
    """

    database: Database
    _waiting: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _writer: threading.Thread | None = None

    def leave(self, kind: str, id: str, user_id: str, at: datetime) -> None:
        """Note that a `session` or `token` of a person was used."""
        with self._lock:
            self._waiting[kind, id] = at
            self._waiting["user", user_id] = at
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write, daemon=True)
                self._writer.start()

    def finish(self) -> None:
        """Wait until everything that was noted is written."""
        writer = self._writer
        if writer is not None and writer.is_alive():
            writer.join()

    def _write(self) -> None:
        while True:
            with self._lock:
                batch, self._waiting = self._waiting, {}
                if not batch:
                    self._writer = None
                    return
            try:
                self._write_batch(batch)
            except Unavailable as fault:
                log.debug("times of last use are not written: %s", fault)

    def _write_batch(self, batch: dict[tuple[str, str], datetime]) -> None:
        """Write each on its own: who waits for one of them holds none of the others meanwhile.

        Else two who lock people in another order could wait for each other.
        """
        for (kind, id), at in sorted(batch.items(), reverse=True):
            table, column = COLUMNS[kind]
            is_older = column.is_(None) | (column < at)
            change = update(table).where(table.c.id == id, is_older).values({column: at})
            with self.database.transaction() as connection:
                connection.execute(change)

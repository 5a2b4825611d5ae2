"""Secrets of the service itself, the same in all its processes, such as that of signed cookies."""

import secrets
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from modelyard.accounts.tables import SECRETS
from modelyard.db import Database


@dataclass(frozen=True)
class KeptSecrets:
    """Random bytes by name."""

    database: Database
    _known: dict[str, bytes] = field(default_factory=dict, repr=False)

    def get_or_make(self, name: str, nbytes: int = 32) -> bytes:
        """Give the secret of this name; the first who asks makes it, for all.

        Raises Unavailable where the database cannot be reached.
        """
        known = self._known.get(name)
        if known is None:
            with self.database.reading() as connection:
                known = _find(connection, name)
            if known is None:
                known = self._make(name, nbytes)
            self._known[name] = known
        return known

    def _make(self, name: str, nbytes: int) -> bytes:
        made = self.database.insert(SECRETS).values(name=name, value=secrets.token_bytes(nbytes))
        with self.database.transaction() as connection:
            connection.execute(made.on_conflict_do_nothing())
            return _find(connection, name) or b""


def _find(connection: Connection, name: str) -> bytes | None:
    return connection.execute(select(SECRETS.c.value).where(SECRETS.c.name == name)).scalar()

"""What all parts of the accounts stand on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from modelyard.accounts.actor import Actor
from modelyard.accounts.audit import AuditLog
from modelyard.accounts.footprints import Footprints
from modelyard.accounts.memory import Memory
from modelyard.accounts.passwords import Passwords
from modelyard.accounts.present import require_present
from modelyard.accounts.throttle import Throttle
from modelyard.db import Database


@dataclass(frozen=True)
class Ground:
    """The database and what is shared by users, sessions, tokens, links and sharing."""

    database: Database
    clock: Callable[[], datetime]
    memory: Memory
    audit: AuditLog
    passwords: Passwords
    throttle: Throttle
    footprints: Footprints

    @contextmanager
    def change(self, by: Actor | None = None) -> Iterator[Connection]:
        """Change something in one transaction; this process sees it at once, others in a second.

        `by` is who wants it; None where nobody needs a right to it. Raises SignInNeeded or Denied
        where they may not any more, and Unavailable where the database cannot be reached.
        """
        try:
            with self.database.transaction() as connection:
                if by is not None:
                    require_present(connection, by, self.clock())
                yield connection
        finally:
            self.memory.forget()

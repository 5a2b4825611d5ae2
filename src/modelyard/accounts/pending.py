"""Invitations that nobody has used yet: listed, and withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from modelyard.accounts.actor import Actor, Role
from modelyard.accounts.ground import Ground
from modelyard.accounts.invitations import is_open
from modelyard.accounts.tables import LINKS
from modelyard.accounts.user import clean_email, clean_role, require_admin
from modelyard.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Somebody who may make an account; nothing in here is a secret."""

    email: str
    role: Role
    created_by: str
    expires_at: datetime


@dataclass(frozen=True)
class Pending:
    """The invitations that still work."""

    ground: Ground

    def list_open(self) -> list[Invitation]:
        """List them by address."""
        invited = (LINKS.c.purpose == "invite") & is_open(self.ground.clock())
        with self.ground.database.reading() as connection:
            rows = connection.execute(select(LINKS).where(invited).order_by(LINKS.c.email)).all()
        return [
            Invitation(
                email=row.email,
                role=clean_role(row.role),
                created_by=row.created_by,
                expires_at=row.expires_at,
            )
            for row in rows
        ]

    def withdraw(self, email: str, *, by: Actor) -> None:
        """Make the invitation of an address useless.

        Raises NotFound where there is none, and Denied for those who may not manage people.
        """
        require_admin(by)
        address, now = clean_email(email), self.ground.clock()
        theirs = (LINKS.c.purpose == "invite") & (LINKS.c.email == address) & is_open(now)
        with self.ground.change(by) as connection:
            ended = connection.execute(update(LINKS).where(theirs).values(used_at=now))
            if not ended.rowcount:
                raise NotFound(f"invitation of {address}", "is not here, or was used.")
            self.ground.audit.note(connection, by, "link.withdraw", address)

"""One-time links as rows: found, claimed once, made void."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from modelyard.accounts.actor import Role
from modelyard.accounts.secret_text import digest_of
from modelyard.accounts.tables import LINKS
from modelyard.accounts.user import clean_role


def is_open(now: datetime) -> ColumnElement[bool]:
    """Whether a link was neither used nor made void, and has not expired."""
    return LINKS.c.used_at.is_(None) & (LINKS.c.expires_at > now)


def find_link(connection: Connection, secret: str, now: datetime) -> Any:
    """Give the row of a link that can be used, or None."""
    question = select(LINKS).where(LINKS.c.hash == digest_of(secret), is_open(now))
    return connection.execute(question).first()


def claim_link(connection: Connection, id: str, now: datetime) -> bool:
    """Use a link; True for one caller alone, however many come at once."""
    claim = update(LINKS).where(LINKS.c.id == id, is_open(now)).values(used_at=now)
    return connection.execute(claim).rowcount == 1


def make_void(connection: Connection, purpose: str, email: str, now: datetime) -> None:
    """Make older links for the same end unusable."""
    same = (LINKS.c.purpose == purpose) & (LINKS.c.email == email)
    connection.execute(update(LINKS).where(same, is_open(now)).values(used_at=now))


def make_void_by(connection: Connection, email: str, now: datetime) -> None:
    """Make the links unusable that a person handed out."""
    theirs = LINKS.c.created_by == email
    connection.execute(update(LINKS).where(theirs, is_open(now)).values(used_at=now))


def claim_invitation(connection: Connection, email: str, now: datetime) -> Role | None:
    """Use the open invitation of an address, and give its role; None where there is none."""
    question = select(LINKS).where(
        LINKS.c.purpose == "invite", LINKS.c.email == email, is_open(now)
    )
    row = connection.execute(question.order_by(LINKS.c.created_at.desc())).first()
    if row is None or not claim_link(connection, row.id, now):
        return None
    return clean_role(row.role)

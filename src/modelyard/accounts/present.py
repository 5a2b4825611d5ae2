"""Who writes is looked at once more, in the transaction that writes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from modelyard.accounts.actor import SCOPES_OF, Actor
from modelyard.accounts.tables import SESSIONS, TOKENS, USERS
from modelyard.errors import Denied, SignInNeeded

IDLE = timedelta(days=14)
"""A session that is not used for so long ends."""


def lock_owners(connection: Connection) -> set[str]:
    """Give the ids of the active owners, who stay so until the transaction ends.

    All who change something of the accounts wait here for each other, and lock nobody before.
    """
    owners = select(USERS.c.id).where(USERS.c.role == "owner", USERS.c.is_active)
    return set(connection.execute(owners.order_by(USERS.c.id).with_for_update()).scalars())


def require_present(connection: Connection, by: Actor, now: datetime) -> None:
    """Pass where a person or token may still do what they could a moment ago, and until the end.

    A process remembers for a second who asks; another one may have shut them out since. Who is
    locked here cannot be disabled, nor given another role, before the transaction ends.

    Raises SignInNeeded where they are disabled or no longer signed in, or where their token does
    not hold any more, and Denied where they have a lower role.
    """
    lock_owners(connection)
    if not by.user_id:
        return
    row = connection.execute(
        select(USERS).where(USERS.c.id == by.user_id).with_for_update()
    ).first()
    if row is None or not row.is_active:
        raise SignInNeeded("account", "is disabled.", "Ask an owner.")
    if not _holds(connection, by, now):
        what = "token" if by.kind == "token" else "session"
        raise SignInNeeded(what, "no longer holds.", "Sign in again, or send another token.")
    if not by.scopes <= SCOPES_OF[row.role]:
        raise Denied("account", "has had another role for a moment.", "Load the page again.")


def _holds(connection: Connection, by: Actor, now: datetime) -> bool:
    """Whether the session or token with which they ask is there, theirs, and not over."""
    if by.kind == "token":
        token = _find(connection, TOKENS, by)
        is_over = token is None or token.revoked_at is not None
        return not is_over and (token.expires_at is None or now < token.expires_at)
    if not by.credential:
        return True
    session = _find(connection, SESSIONS, by)
    return session is not None and now < min(session.expires_at, session.seen_at + IDLE)


def _find(connection: Connection, table: Any, by: Actor) -> Any:
    theirs = (table.c.id == by.credential) & (table.c.user_id == by.user_id)
    return connection.execute(select(table).where(theirs)).first()

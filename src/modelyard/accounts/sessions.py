"""Sessions: a row each, found by the secret in a cookie, ended at any time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from modelyard.accounts.actor import Actor
from modelyard.accounts.footprints import EVERY
from modelyard.accounts.ground import Ground
from modelyard.accounts.plain_text import clean_text
from modelyard.accounts.present import IDLE
from modelyard.accounts.secret_text import digest_of, new_id, new_secret
from modelyard.accounts.tables import SESSIONS, USERS
from modelyard.accounts.user import User, user_of
from modelyard.accounts.user_rows import end_sessions
from modelyard.errors import Denied

LONGEST = timedelta(days=90)
"""Every session ends after this."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Where somebody is signed in; nothing in here is a secret."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str
    """The browser, as it calls itself."""


@dataclass
class Found:
    """A session that holds, as it was a moment ago."""

    actor: Actor
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Sessions:
    """Who is signed in, and where."""

    ground: Ground

    def open(self, user: User, *, agent: str = "") -> str:
        """Sign somebody in who has just proved who they are; gives the secret for the cookie.

        Raises Denied where they were disabled in the meantime.
        """
        secret, now = new_secret(), self.ground.clock()
        values = {
            "id": new_id(),
            "hash": digest_of(secret),
            "user_id": user.id,
            "created_at": now,
            "seen_at": now,
            "expires_at": now + LONGEST,
            "agent": clean_text(agent, 300),
        }
        over = (SESSIONS.c.expires_at <= now) | (SESSIONS.c.seen_at <= now - IDLE)
        with self.ground.database.transaction() as connection:
            is_active = select(USERS.c.is_active).where(USERS.c.id == user.id).with_for_update()
            if not connection.execute(is_active).scalar():
                raise Denied("sign-in", "this account is disabled.", "Ask an owner.")
            connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == user.id, over))
            connection.execute(insert(SESSIONS).values(values))
            seen = update(USERS).where(USERS.c.id == user.id).values(last_seen_at=now)
            connection.execute(seen)
        return secret

    def find_actor(self, secret: str) -> Actor | None:
        """Give the person of a session, or None where it is unknown, over, or they are disabled.

        What another process changed is seen after a second.
        """
        hashed = digest_of(secret)
        found = self.ground.memory.recall(
            ("session", hashed), lambda: self._read(hashed), keep_none=False
        )
        now = self.ground.clock()
        if found is None or now >= min(found.expires_at, found.seen_at + IDLE):
            return None
        if now - found.seen_at >= EVERY:
            found.seen_at = now
            actor = found.actor
            self.ground.footprints.leave("session", actor.credential, actor.user_id, now)
        return found.actor

    def close(self, secret: str) -> None:
        """Sign out; a session that is over already is no fault."""
        hashed = digest_of(secret)
        with self.ground.change() as connection:
            found = self._read(hashed)
            ended = connection.execute(delete(SESSIONS).where(SESSIONS.c.hash == hashed))
            if found is not None and ended.rowcount:
                actor = found.actor
                self.ground.audit.note(connection, actor, "sign-out", actor.email)

    def close_all(self, user_id: str, except_secret: str = "") -> None:
        """End all sessions of a person, but the one whose secret is given."""
        with self.ground.change() as connection:
            user = connection.execute(select(USERS).where(USERS.c.id == user_id)).first()
            end_sessions(connection, user_id, except_secret)
            if user is not None:
                actor = user_of(user).as_actor()
                self.ground.audit.note(connection, actor, "sign-out.everywhere", user.email)

    def close_one(self, user_id: str, session_id: str) -> None:
        """End one session of a person; one that is over, or somebody else's, is left alone."""
        theirs = (SESSIONS.c.id == session_id) & (SESSIONS.c.user_id == user_id)
        with self.ground.change() as connection:
            user = connection.execute(select(USERS).where(USERS.c.id == user_id)).first()
            ended = connection.execute(delete(SESSIONS).where(theirs))
            if user is not None and ended.rowcount:
                actor = user_of(user).as_actor()
                self.ground.audit.note(connection, actor, "sign-out", actor.email)

    def list_sessions(self, user_id: str) -> list[Session]:
        """List where a person is signed in, the last used first."""
        now = self.ground.clock()
        question = select(SESSIONS).where(
            SESSIONS.c.user_id == user_id,
            SESSIONS.c.expires_at > now,
            SESSIONS.c.seen_at > now - IDLE,
        )
        with self.ground.database.reading() as connection:
            rows = connection.execute(question.order_by(SESSIONS.c.seen_at.desc()))
            return [_session_of(row) for row in rows]

    def _read(self, hashed: bytes) -> Found | None:
        columns = (SESSIONS.c.id.label("session_id"), SESSIONS.c.seen_at, SESSIONS.c.expires_at)
        question = (
            select(USERS, *columns)
            .join(SESSIONS, SESSIONS.c.user_id == USERS.c.id)
            .where(SESSIONS.c.hash == hashed, USERS.c.is_active)
        )
        with self.ground.database.reading() as connection:
            row = connection.execute(question).first()
        if row is None:
            return None
        actor = user_of(row).as_actor(credential=row.session_id)
        return Found(actor, row.seen_at, row.expires_at)


def _session_of(row: object) -> Session:
    names = ("id", "created_at", "seen_at", "expires_at", "agent")
    return Session(**{name: getattr(row, name) for name in names})

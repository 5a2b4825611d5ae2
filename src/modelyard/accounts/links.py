"""One-time links: for the first owner, for invited people, for a new password."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, func, insert, select, update

from modelyard.accounts.actor import LAPTOP, Actor, Role
from modelyard.accounts.ground import Ground
from modelyard.accounts.invitations import claim_link, find_link, make_void
from modelyard.accounts.passwords import require_good
from modelyard.accounts.secret_text import digest_of, new_id, new_secret
from modelyard.accounts.tables import LINKS, USERS
from modelyard.accounts.user import User, clean_email, clean_role, require_admin, user_of
from modelyard.accounts.user_rows import NewUser, end_sessions, find_row, insert_user
from modelyard.errors import LONGEST_ECHO, Conflict, Invalid, NotFound

Purpose = Literal["owner", "invite", "reset"]
LIVES_S: dict[Purpose, int] = {"owner": 86_400, "invite": 7 * 86_400, "reset": 86_400}
"""How long a link can be used, in seconds."""
PATHS: dict[Purpose, str] = {"owner": "/welcome/", "invite": "/invitation/", "reset": "/reset/"}
"""Where the pages take the secret."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a link is for; nothing in here is a secret."""

    purpose: Purpose
    email: str
    """For whom; empty where whoever has the link says who they are."""
    role: Role | None
    created_by: str
    expires_at: datetime


@dataclass(frozen=True)
class Wish:
    """A link to be made."""

    purpose: Purpose
    email: str
    role: str
    lives_s: float


@dataclass(frozen=True)
class Links:
    """Links that work once, for some time."""

    ground: Ground

    def create(
        self, purpose: Purpose, email: str, role: str, *, by: Actor, lives_s: float | None = None
    ) -> str:
        """Make a link and give its secret; older ones for the same end no longer work.

        Raises Conflict for an invitation of somebody who has an account, NotFound for a new
        password of somebody who has none, Denied for those who may not manage people.
        """
        require_admin(by)
        if purpose not in LIVES_S:
            raise Invalid(
                "purpose",
                f"'{purpose[:LONGEST_ECHO]}' is not known.",
                f"Known: {', '.join(LIVES_S)}.",
            )
        address = clean_email(email) if email or purpose == "reset" else ""
        known_role = "" if purpose == "reset" else clean_role(role)
        with self.ground.change(by) as connection:
            exists = find_row(connection, address) is not None
            if exists and purpose == "invite":
                raise Conflict("email", f"{address} has an account already.")
            if not exists and purpose == "reset":
                raise NotFound(f"user '{address}'", "is not here.")
            lives = LIVES_S[purpose] if lives_s is None else lives_s
            return self._insert(connection, Wish(purpose, address, known_role, lives), by)

    def ensure_owner_link(self) -> str | None:
        """Give the secret of a new link for the first owner, or None where there are people."""
        with self.ground.change() as connection:
            if _count_users(connection):
                return None
            wish = Wish("owner", "", "owner", LIVES_S["owner"])
            return self._insert(connection, wish, LAPTOP)

    def look(self, secret: str) -> Link:
        """Say what a link is for, without using it.

        Raises NotFound, in the same words, for one that is unknown, used or expired.
        """
        with self.ground.database.reading() as connection:
            row = find_link(connection, secret, self.ground.clock())
            if row is None or not _still_makes_sense(connection, row.purpose, row.email):
                raise _unusable()
        return Link(
            purpose=row.purpose,
            email=row.email,
            role=row.role or None,
            created_by=row.created_by,
            expires_at=row.expires_at,
        )

    def use(
        self, secret: str, *, password: str, email: str = "", name: str = "", address: str = ""
    ) -> User:
        """Make the account, or set the password, for which the link is; it works once.

        `address` is the network address of whoever uses it, for the audit log.

        Raises NotFound for a link that cannot be used, Invalid for a bad address or a weak
        password (the link then still works), Conflict where the address is taken.
        """
        link = self.look(secret)
        whose = link.email or clean_email(email)
        if email and clean_email(email) != whose:
            raise Invalid("email", "is not the one to which this link was given.")
        require_good(password, whose)
        kept = self.ground.passwords.hash(password)
        with self.ground.change() as connection:
            if link.purpose == "reset":
                find_row(connection, link.email, for_update=True)
            row = find_link(connection, secret, self.ground.clock())
            if row is None or not claim_link(connection, row.id, self.ground.clock()):
                raise _unusable()
            if link.purpose == "owner":
                _lock_first_owner(connection, self.ground.database.is_sqlite)
            if not _still_makes_sense(connection, link.purpose, link.email):
                raise _unusable()
            user = self._fulfil(connection, link, whose, name, kept)
            detail = {"purpose": link.purpose, "role": user.role}
            who = user.as_actor(address=address)
            self.ground.audit.note(connection, who, "link.use", user.email, detail)
        return user

    def _fulfil(self, connection: Connection, link: Link, email: str, name: str, kept: str) -> User:
        if link.purpose != "reset":
            role = clean_role(str(link.role))
            new = NewUser(email, role, name, kept)
            return insert_user(connection, new, self.ground.clock())
        user = user_of(find_row(connection, email))
        end_sessions(connection, user.id)
        values = {"password_hash": kept}
        connection.execute(update(USERS).where(USERS.c.id == user.id).values(values))
        return user

    def _insert(self, connection: Connection, wish: Wish, by: Actor) -> str:
        secret, now = new_secret(), self.ground.clock()
        if wish.email or wish.purpose == "owner":
            make_void(connection, wish.purpose, wish.email, now)
        expires_at = now + timedelta(seconds=wish.lives_s)
        values = {
            "id": new_id(),
            "hash": digest_of(secret),
            "purpose": wish.purpose,
            "email": wish.email,
            "role": wish.role,
            "created_by": by.shown[:254],
            "created_at": now,
            "expires_at": expires_at,
        }
        connection.execute(insert(LINKS).values(values))
        detail = {"purpose": wish.purpose, "role": wish.role, "until": expires_at.isoformat()}
        self.ground.audit.note(connection, by, "link.create", wish.email, detail)
        return secret


def _unusable() -> NotFound:
    return NotFound(
        "link",
        "cannot be used: it works once, for some time.",
        "Ask an owner of this service for a new one.",
    )


def _count_users(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(USERS)).scalar_one()


def _still_makes_sense(connection: Connection, purpose: str, email: str) -> bool:
    """Whether the world is still the one for which the link was made."""
    if purpose == "owner":
        return _count_users(connection) == 0
    if purpose == "reset":
        row = find_row(connection, email)
        return row is not None and bool(row.is_active)
    return True


def _lock_first_owner(connection: Connection, is_sqlite: bool) -> None:
    """Let one make the first account at a time; in SQLite there is one writer anyway."""
    if not is_sqlite:
        connection.execute(select(func.pg_advisory_xact_lock(6_033_570_421_845_163_333)))

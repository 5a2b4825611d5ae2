"""People: added, changed, disabled; never removed, since the audit log names them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select, update

from modelyard.accounts.actor import Actor
from modelyard.accounts.ground import Ground
from modelyard.accounts.invitations import make_void, make_void_by
from modelyard.accounts.joining import Comer, Joining
from modelyard.accounts.passwords import require_good
from modelyard.accounts.plain_text import clean_text, is_keepable
from modelyard.accounts.present import lock_owners
from modelyard.accounts.sign_in import SignIn
from modelyard.accounts.tables import USERS
from modelyard.accounts.throttle import MINUTE_S, Limit, bucket_of
from modelyard.accounts.user import (
    User,
    clean_email,
    clean_name,
    clean_role,
    require_admin,
    user_of,
)
from modelyard.accounts.user_rows import NewUser, end_sessions, find_row, get_row, insert_user
from modelyard.errors import Conflict, Denied, Invalid


@dataclass(frozen=True)
class Users:
    """The people of a service."""

    ground: Ground
    _known: dict[str, bool] = field(default_factory=dict)

    def add(
        self, email: str, role: str, *, by: Actor, password: str | None = None, name: str = ""
    ) -> User:
        """Add a person; without a password they sign in by single sign-on, or get a link.

        Raises Invalid for a bad address, role or password, Conflict where the address is taken,
        and Denied for those who may not manage people.
        """
        require_admin(by)
        address, known_role = clean_email(email), clean_role(role)
        kept = self._hashed(password, address)
        with self.ground.change(by) as connection:
            new = NewUser(address, known_role, name, kept)
            user = insert_user(connection, new, self.ground.clock())
            detail = {"role": user.role, "has_password": user.has_password}
            self.ground.audit.note(connection, by, "user.add", address, detail)
        return user

    def list_users(self) -> list[User]:
        """List all people by address, the disabled ones too."""
        with self.ground.database.reading() as connection:
            rows = connection.execute(select(USERS).order_by(USERS.c.email))
            return [user_of(row) for row in rows]

    def get_user(self, id: str) -> User:
        """Give a person; raises NotFound."""
        with self.ground.database.reading() as connection:
            return user_of(get_row(connection, id))

    def find_by_email(self, email: str) -> User | None:
        """Give the person with this address, or None."""
        try:
            address = clean_email(email)
        except Invalid:
            return None
        with self.ground.database.reading() as connection:
            row = find_row(connection, address)
        return None if row is None else user_of(row)

    def has_any(self) -> bool:
        """Whether there are people, disabled ones included: once there are, there always are."""
        if not self._known.get("any"):
            self._known["any"] = self.ground.memory.recall("has any user", self._reads_any)
        return self._known["any"]

    def set_role(self, id: str, role: str, *, by: Actor) -> User:
        """Give a person another role; their tokens and sessions have its scopes from now on.

        Links that somebody handed out who is no owner any more no longer work.
        Raises Conflict where it would leave the service without an active owner.
        """
        known_role = clean_role(role)

        def change(connection: Connection, row: Any, owners: set[str]) -> dict[str, Any]:
            if known_role != "owner":
                _require_other_owner(owners, row)
                make_void_by(connection, row.email, self.ground.clock())
            return {"role": known_role}

        return self._change(id, by, "user.role", change)

    def disable(self, id: str, *, by: Actor) -> User:
        """Shut a person out: their sessions end now, and their tokens are refused.

        Links that they handed out, or that are for a new password of theirs, no longer work: none
        of them leads back in.
        Raises Conflict for the last active owner.
        """

        def change(connection: Connection, row: Any, owners: set[str]) -> dict[str, Any]:
            _require_other_owner(owners, row)
            make_void_by(connection, row.email, self.ground.clock())
            self._end_ways_in(connection, row)
            return {"is_active": False}

        return self._change(id, by, "user.disable", change)

    def enable(self, id: str, *, by: Actor) -> User:
        """Let a person in again; tokens that were neither revoked nor expired count again."""
        return self._change(id, by, "user.enable", lambda *_: {"is_active": True})

    def set_name(self, id: str, name: str, *, by: Actor) -> User:
        """Change one's own name, as others see it; empty for the address alone."""
        if by.user_id != id or by.kind != "user":
            raise Denied("name", "is changed by its person, signed in.")
        values = {"name": clean_name(name)}
        return self._change(id, by, "user.name", lambda *_: values, is_own=True)

    def set_password(self, id: str, password: str, *, by: Actor) -> User:
        """Give a person another password; their sessions and links for a new one end.

        Raises Invalid for a weak one.
        """
        require_admin(by)
        kept = self._hashed(password, self.get_user(id).email)

        def change(connection: Connection, row: Any, _: set[str]) -> dict[str, Any]:
            self._end_ways_in(connection, row)
            return {"password_hash": kept}

        return self._change(id, by, "user.password", change)

    def change_password(
        self, id: str, old: str, new: str, *, by: Actor, keep_session: str = ""
    ) -> User:
        """Change one's own password; all sessions end but the one whose secret is given.

        Links for a new password no longer work.
        Raises Denied for a wrong old password and Throttled after five of them in a minute.
        """
        if by.user_id != id or by.kind != "user":
            raise Denied("password", "is changed by its person, signed in.")
        with self.ground.database.reading() as connection:
            row = get_row(connection, id)
        limits = [Limit(bucket_of("old-password", id), 5, MINUTE_S)]
        self.ground.throttle.take(limits)
        if not self.ground.passwords.matches(row.password_hash, old):
            raise Denied("old_password", "is not right.")
        kept = self._hashed(new, row.email)

        def change(connection: Connection, row: Any, _: set[str]) -> dict[str, Any]:
            self._end_ways_in(connection, row, keep_session)
            self.ground.throttle.give_back(connection, limits)
            return {"password_hash": kept}

        return self._change(id, by, "user.password", change, is_own=True)

    def check_password(self, email: str, password: str, *, address: str) -> User:
        """Give the person whose address and password these are; notes it in the audit log.

        Raises Denied, in the same words and after the same work, for an unknown address, a wrong
        password and a disabled account; Throttled after too many attempts.
        """
        return SignIn(self.ground).check(email, password, address)

    def join(  # noqa: PLR0913
        self,
        issuer: str,
        subject: str,
        email: str,
        name: str,
        *,
        role: str,
        may_create: bool,
        address: str = "",
    ) -> User:
        """Give the person whom an OpenID Connect provider names; `email` is one it has verified.

        Known people keep their role, invited ones get that of their invitation, others join with
        `role` where `may_create` says so. `address` is the network address from which they come.
        Raises Denied for anybody else.
        """
        if not subject or not is_keepable(subject, 255):
            raise Denied("sign-in", "the provider named nobody.")
        comer = Comer(clean_text(issuer, 500), subject, clean_email(email), name, address)
        return Joining(self.ground).join(comer, clean_role(role) if may_create else None)

    def _end_ways_in(self, connection: Connection, row: Any, except_secret: str = "") -> None:
        """End the sessions of a person, but one, and the links for a new password of theirs."""
        end_sessions(connection, row.id, except_secret)
        make_void(connection, "reset", row.email, self.ground.clock())

    def _hashed(self, password: str | None, email: str) -> str:
        if password is None:
            return ""
        require_good(password, email)
        return self.ground.passwords.hash(password)

    def _reads_any(self) -> bool:
        with self.ground.database.reading() as connection:
            return connection.execute(select(USERS.c.id).limit(1)).first() is not None

    def _change(
        self,
        id: str,
        by: Actor,
        action: str,
        change: Callable[[Connection, Any, set[str]], dict[str, Any]],
        is_own: bool = False,
    ) -> User:
        if not is_own:
            require_admin(by)
        with self.ground.change(by) as connection:
            owners = lock_owners(connection)
            row = get_row(connection, id, for_update=True)
            values = change(connection, row, owners)
            connection.execute(update(USERS).where(USERS.c.id == id).values(values))
            after = user_of(get_row(connection, id))
            detail = {"from": row.role, "to": after.role} if action == "user.role" else {}
            self.ground.audit.note(connection, by, action, row.email, detail)
        return after


def _require_other_owner(owners: set[str], row: Any) -> None:
    if owners == {row.id}:
        raise Conflict(row.email, "is the last active owner.", "Make another owner first.")

"""Signing in through an OpenID Connect provider, which vouches for an e-mail address."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from modelyard.accounts.actor import Role
from modelyard.accounts.ground import Ground
from modelyard.accounts.invitations import claim_invitation
from modelyard.accounts.tables import IDENTITIES, USERS
from modelyard.accounts.user import User, user_of
from modelyard.accounts.user_rows import NewUser, find_row, get_row, insert_user
from modelyard.errors import Conflict, Denied


@dataclass(frozen=True)
class Comer:
    """Somebody as a provider names them."""

    issuer: str
    subject: str
    """Their name at the provider, which never changes."""
    email: str
    """An address that the provider has verified."""
    name: str
    address: str = ""
    """The network address from which they come."""


@dataclass(frozen=True)
class Joining:
    """Finds or makes the person whom a provider names."""

    ground: Ground

    def join(self, comer: Comer, role: Role | None) -> User:
        """Give the person; `role` is that of people who are new, None where they may not join.

        The loser of two first sign-ins at the same time goes again, and finds the account.
        """
        try:
            return self._join(comer, role)
        except (Conflict, IntegrityError):
            return self._join(comer, role)

    def _join(self, comer: Comer, role: Role | None) -> User:
        with self.ground.change() as connection:
            row = _find_known(connection, comer)
            if row is None:
                row = _find_by_email(connection, comer) or self._create(connection, comer, role)
                self._remember(connection, comer, row.id)
            if not row.is_active:
                raise Denied("sign-in", "this account is disabled.", "Ask an owner.")
            seen = {"last_seen_at": self.ground.clock()}
            connection.execute(update(USERS).where(USERS.c.id == row.id).values(seen))
            user = user_of(row)
            detail = {"with": "single sign-on", "issuer": comer.issuer}
            who = user.as_actor(address=comer.address)
            self.ground.audit.note(connection, who, "sign-in", user.email, detail)
        return user

    def _create(self, connection: Connection, comer: Comer, role: Role | None) -> Any:
        invited = claim_invitation(connection, comer.email, self.ground.clock())
        given = invited or role
        if given is None:
            raise Denied(
                "sign-in", f"{comer.email} was not invited.", "Ask an owner for an invitation."
            )
        new = NewUser(comer.email, given, comer.name)
        user = insert_user(connection, new, self.ground.clock())
        detail = {"role": user.role, "has_password": False, "issuer": comer.issuer}
        who = user.as_actor(address=comer.address)
        self.ground.audit.note(connection, who, "user.add", user.email, detail)
        return get_row(connection, user.id)

    def _remember(self, connection: Connection, comer: Comer, user_id: str) -> None:
        values = {"issuer": comer.issuer, "subject": comer.subject, "user_id": user_id}
        connection.execute(insert(IDENTITIES).values(created_at=self.ground.clock(), **values))


def _find_known(connection: Connection, comer: Comer) -> Any:
    known = select(IDENTITIES.c.user_id).where(
        IDENTITIES.c.issuer == comer.issuer, IDENTITIES.c.subject == comer.subject
    )
    return connection.execute(select(USERS).where(USERS.c.id.in_(known))).first()


def _find_by_email(connection: Connection, comer: Comer) -> Any:
    """Find the account of a verified address, unless another person there has it already.

    Providers give the address of somebody who left to somebody new; it must not open the old
    account.
    """
    row = find_row(connection, comer.email, for_update=True)
    if row is None:
        return None
    theirs = select(IDENTITIES.c.subject).where(
        IDENTITIES.c.issuer == comer.issuer,
        IDENTITIES.c.user_id == row.id,
        IDENTITIES.c.subject != comer.subject,
    )
    if connection.execute(theirs).first() is not None:
        raise Denied("sign-in", f"{comer.email} belongs to another person there.", "Ask an owner.")
    return row

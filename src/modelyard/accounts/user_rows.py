"""People as rows: what several parts do with them inside a transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from modelyard.accounts.actor import Role
from modelyard.accounts.plain_text import clean_text, is_keepable
from modelyard.accounts.secret_text import digest_of, new_id
from modelyard.accounts.tables import SESSIONS, USERS
from modelyard.accounts.user import User, clean_name, user_of
from modelyard.errors import Conflict, NotFound


@dataclass(frozen=True)
class NewUser:
    """A person to be added."""

    email: str
    role: Role
    name: str = ""
    password_hash: str = ""


def insert_user(connection: Connection, new: NewUser, now: datetime) -> User:
    """Add a person; raises Conflict where the address is taken."""
    id = new_id()
    values = {
        "id": id,
        "email": new.email,
        "name": clean_name(new.name),
        "role": new.role,
        "password_hash": new.password_hash,
        "is_active": True,
        "created_at": now,
    }
    try:
        connection.execute(insert(USERS).values(values))
    except IntegrityError:
        raise Conflict("email", f"{new.email} has an account already.") from None
    return user_of(get_row(connection, id))


def get_row(connection: Connection, id: str, for_update: bool = False) -> Any:
    """Give the row of a person; raises NotFound."""
    question = select(USERS).where(USERS.c.id == id)
    if for_update:
        question = question.with_for_update()
    row = connection.execute(question).first() if is_keepable(id, 32) else None
    if row is None:
        raise NotFound(f"user '{clean_text(id, 40)}'", "is not here.")
    return row


def find_row(connection: Connection, email: str, for_update: bool = False) -> Any:
    """Give the row of the person with this address, or None."""
    question = select(USERS).where(USERS.c.email == email)
    if for_update:
        question = question.with_for_update()
    return connection.execute(question).first()


def end_sessions(connection: Connection, user_id: str, except_secret: str = "") -> None:
    """End the sessions of a person, but the one whose secret is given."""
    kept = digest_of(except_secret)
    theirs = (SESSIONS.c.user_id == user_id) & (SESSIONS.c.hash != kept)
    connection.execute(delete(SESSIONS).where(theirs))

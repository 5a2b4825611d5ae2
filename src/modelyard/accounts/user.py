"""A person with an account."""

import re
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from modelyard.accounts.actor import SCOPES_OF, Actor, Role
from modelyard.accounts.plain_text import clean_text
from modelyard.errors import Denied, Invalid

ROLES: tuple[Role, ...] = ("owner", "analyst", "viewer")
LONGEST_EMAIL = 254
LONGEST_NAME = 200
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
EMAIL = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{LABEL}(?:\.{LABEL})*")
"""What HTML takes for `<input type=email>`, in lower case."""


@dataclass(frozen=True, kw_only=True)
class User:
    """A person, as the accounts know them; nothing in here is a secret."""

    id: str
    email: str
    name: str
    role: Role
    is_active: bool
    has_password: bool
    """Whether they can sign in with a password; else by single sign-on alone."""
    created_at: datetime
    last_seen_at: datetime | None = None

    def as_actor(self, credential: str = "", address: str = "") -> Actor:
        """Give them as the one for whom something is done."""
        return Actor(
            kind="user",
            scopes=SCOPES_OF[self.role],
            user_id=self.id,
            email=self.email,
            name=self.name,
            role=self.role,
            credential=credential,
            address=address,
        )


def user_of(row: Any) -> User:
    """Give the person of a row of the table of users."""
    return User(
        id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        is_active=row.is_active,
        has_password=bool(row.password_hash),
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )


def clean_email(text: str) -> str:
    """Give an e-mail address in the one way it is kept; raises Invalid for what is none.

    ASCII is asked for first: some other signs, such as that of the Kelvin, have an ASCII letter as
    their small one, so an address that only looks alike would become another's.
    """
    email = text.strip()
    is_possible = email.isascii() and len(email) <= LONGEST_EMAIL
    email = email.lower() if is_possible else ""
    if not EMAIL.fullmatch(email):
        raise Invalid("email", f"'{clean_text(text, 80)}' is not an e-mail address.")
    return email


def clean_name(text: str) -> str:
    """Give a person's name as one line."""
    return clean_text(text, LONGEST_NAME)


def clean_role(text: str) -> Role:
    """Give a role; raises Invalid, with what may be meant, for what is none."""
    if text in ROLES:
        return text
    near = get_close_matches(text, ROLES, 1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    raise Invalid(
        "role", f"'{clean_text(text, 40)}' is not known.", f"{hint}Known: {', '.join(ROLES)}."
    )


def require_admin(actor: Actor) -> None:
    """Raise Denied for those who may not manage people; every door comes through here."""
    if "admin" not in actor.scopes:
        who = f"The role '{actor.role}'" if actor.kind == "user" else f"'{actor.shown}'"
        raise Denied("people", f"{who} is not allowed to manage accounts.", "Ask an owner.")
    if actor.only is not None:
        raise Denied("people", f"This token is for {actor.only} alone.")

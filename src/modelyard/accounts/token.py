"""A token of a person, and as which row it is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from modelyard.accounts.actor import Scope
from modelyard.accounts.resource import Resource
from modelyard.accounts.tables import TOKENS, USERS
from modelyard.settings.quota import Quota, read_quota


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token, without its secret."""

    id: str
    name: str
    hint: str
    """How its secret begins, after the prefix."""
    scopes: tuple[Scope, ...]
    only: Resource | None
    """The one resource that it is for; None for all that its person may see."""
    user_id: str
    user_email: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    quota: Quota | None = None
    """How often it may ask; None for as often as any token may."""

    def state_at(self, now: datetime) -> str:
        """Say whether it is `revoked`, `expired` or `active`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and now >= self.expires_at else "active"


def all_tokens() -> Select[Any]:
    """Ask for all tokens, each with its person."""
    people = (USERS.c.email, USERS.c.name.label("user_name"), USERS.c.role, USERS.c.is_active)
    return select(TOKENS, *people).join(USERS, USERS.c.id == TOKENS.c.user_id)


def only_of(row: Any) -> Resource | None:
    """Give the one resource of a row, or None."""
    return Resource(row.resource_kind, row.resource_name) if row.resource_kind else None


def quota_of(row: Any) -> Quota | None:
    """Give the quota of a row, or None."""
    return read_quota("token", row.quota) if row.quota else None


def token_of(row: Any) -> Token:
    """Give the token of a row."""
    return Token(
        id=row.id,
        name=row.name,
        hint=row.hint,
        scopes=tuple(row.scopes),
        only=only_of(row),
        user_id=row.user_id,
        user_email=row.email,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        quota=quota_of(row),
    )

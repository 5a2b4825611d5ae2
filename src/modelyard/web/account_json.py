"""People, tokens and visibilities as JSON; no secret is among them."""

from datetime import UTC, datetime
from typing import Any

from modelyard.accounts.actor import SCOPES, Actor
from modelyard.accounts.decision import Decision
from modelyard.accounts.resource import Visibility
from modelyard.accounts.tokens import Token
from modelyard.accounts.user import User


def actor_json(actor: Actor) -> dict[str, Any]:
    """Say who asks and what they may do."""
    return {
        "kind": actor.kind,
        "email": actor.email,
        "name": actor.name,
        "role": actor.role,
        "scopes": [scope for scope in SCOPES if scope in actor.scopes],
        "resource": str(actor.only) if actor.only else None,
    }


def user_json(user: User) -> dict[str, Any]:
    """Describe a person."""
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "active": user.is_active,
        "has_password": user.has_password,
        "created_at": _moment(user.created_at),
        "last_seen_at": _moment(user.last_seen_at),
    }


def token_json(token: Token) -> dict[str, Any]:
    """Describe a token."""
    return {
        "id": token.id,
        "name": token.name,
        "hint": token.hint,
        "user": token.user_email,
        "state": token.state_at(datetime.now(UTC)),
        "scopes": list(token.scopes),
        "resource": str(token.only) if token.only else None,
        "quota": str(token.quota) if token.quota else None,
        "created_at": _moment(token.created_at),
        "expires_at": _moment(token.expires_at),
        "last_used_at": _moment(token.last_used_at),
        "revoked_at": _moment(token.revoked_at),
    }


def access_json(
    visibility: Visibility, read: Decision, manage: Decision, is_known: bool
) -> dict[str, Any]:
    """Say who may see something and why; addresses are told to those who are signed in."""
    return {
        "level": visibility.level,
        "owner": visibility.owner if is_known else "",
        "people": list(visibility.people) if is_known else [],
        "decided_by": visibility.decided_by if is_known or visibility.is_fixed else "",
        "fixed": visibility.is_fixed,
        "you": {
            "may_read": read.is_allowed,
            "may_manage": manage.is_allowed and not visibility.is_fixed,
            "why": read.why,
        },
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")

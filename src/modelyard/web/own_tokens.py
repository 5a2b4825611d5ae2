"""Tokens of the one who asks: made, listed and revoked, from pages and API alike."""

from typing import Any

from modelyard.accounts.actor import Actor
from modelyard.accounts.tokens import Token
from modelyard.errors import Conflict, Denied
from modelyard.web import guard
from modelyard.web.command_lines import first_owner
from modelyard.web.live import live
from modelyard.web.token_request import quota_in, token_request


def require_keeper() -> Actor:
    """Give the one who asks, where they may see to tokens.

    A token may not, or one that leaks could make others that outlive it; one with the scope
    `admin` may, as it could make a new owner too. Raises Denied, and Conflict without users.
    """
    actor = guard.asker()
    if actor.kind in {"laptop", "visitor"}:
        raise Conflict(
            "tokens",
            "there are no users yet, so there is nobody for whom a token could speak.",
            f"Make one: {first_owner()}",
        )
    if actor.kind == "token" and ("admin" not in actor.scopes or actor.only is not None):
        raise Denied(
            "tokens", "A token sees to tokens only with the scope 'admin', for everything."
        )
    return actor


def create_token(given: dict[str, Any]) -> tuple[Token, str]:
    """Make a token of the one who asks, and give its secret, which is not kept.

    Raises Invalid, NotFound for an unknown resource, and Denied for scopes that they have not.
    """
    actor = require_keeper()
    wanted = token_request(given)
    accounts = live().records.accounts
    return accounts.tokens.create(
        accounts.users.get_user(actor.user_id),
        wanted.name,
        wanted.scopes,
        only=wanted.only,
        expires_at=wanted.expires_at,
        quota=wanted.quota,
        by=actor,
    )


def set_quota(token_id: str, value: Any) -> Token:
    """Change how often a token may ask: its person may lower it, owners may do anything.

    Raises Invalid, Denied, and NotFound for one that is not there or somebody else's.
    """
    actor = require_keeper()
    return live().records.accounts.tokens.set_quota(token_id, quota_in(value), by=actor)


def list_tokens(everybodys: bool = False) -> list[Token]:
    """List one's own tokens, or those of everybody for somebody with the scope `admin`."""
    actor = require_keeper()
    if everybodys:
        guard.require("admin")
        return live().records.accounts.tokens.list_tokens()
    return live().records.accounts.tokens.list_tokens(actor.user_id)


def revoke_token(token_id: str) -> None:
    """Revoke a token: one's own, or anybody's for an owner.

    Raises NotFound, in the same words, for one that is not there and one of somebody else.
    """
    live().records.accounts.tokens.revoke(token_id, by=require_keeper())

"""What a token may be: its name, scopes, end, and for whom it is made."""

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from modelyard.accounts.actor import SCOPES, SCOPES_OF, Actor, Scope
from modelyard.accounts.plain_text import clean_text
from modelyard.accounts.resource import Resource
from modelyard.accounts.sharing import require_keepable
from modelyard.accounts.user import User
from modelyard.errors import Denied, Invalid, SignInNeeded

LONGEST_NAME = 100


def clean_scopes(scopes: Iterable[str]) -> tuple[Scope, ...]:
    """Give the scopes in their usual order; raises Invalid for none, or unknown ones."""
    given = list(scopes)
    for scope in given:
        if scope not in SCOPES:
            near = get_close_matches(scope, SCOPES, 1)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            known = f"{hint}Known: {', '.join(SCOPES)}."
            raise Invalid("scopes", f"'{clean_text(scope, 40)}' is not known.", known)
    if not given:
        raise Invalid("scopes", "are missing.", f"Known: {', '.join(SCOPES)}.")
    return tuple(scope for scope in SCOPES if scope in given)


def clean_name(text: str) -> str:
    """Give the name on one line; raises Invalid where there is none."""
    name = clean_text(text, LONGEST_NAME)
    if not name:
        raise Invalid("name", "is missing.", "Say what the token is for.")
    return name


def require_possible(only: Resource | None, expires_at: datetime | None, now: datetime) -> None:
    """Raise Invalid for a resource that cannot be kept, and an end that is over."""
    if only is not None:
        require_keepable(only)
    if expires_at is not None and expires_at <= now:
        raise Invalid("expires_at", "is over already.")


def detail_of(values: dict[str, Any], only: Resource | None) -> dict[str, Any]:
    """Give what the audit log says of a token: never its secret, nor what is kept of it."""
    expires_at = values["expires_at"]
    bound = {"quota": values["quota"]} if values["quota"] else {}
    return bound | {
        "name": values["name"],
        "scopes": values["scopes"],
        "only": str(only) if only else "",
        "expires_at": expires_at.isoformat() if expires_at else "never",
        "token": values["id"],
    }


def require_own(user: User, wanted: tuple[Scope, ...], only: Resource | None, by: Actor) -> None:
    """Raise Denied for a token in another's name, or one that may more than the present one."""
    if by.kind == "laptop":
        return
    if by.user_id != user.id:
        raise Denied("token", "is made by its person alone.")
    if by.kind == "token" and not (set(wanted) <= by.scopes and by.only in {None, only}):
        raise Denied("token", "cannot make one that may do more than itself.")


def require_within_role(row: Any, wanted: tuple[Scope, ...]) -> None:
    """Raise Denied where the person of a row may not do that, or is disabled."""
    if not row.is_active:
        raise Denied("token", "is of a person whose account is disabled.")
    beyond = [scope for scope in wanted if scope not in SCOPES_OF[row.role]]
    if beyond:
        raise Denied("scopes", f"the role '{row.role}' does not include '{beyond[0]}'.")


def refused(why: str) -> SignInNeeded:
    """Say why a token does not hold."""
    return SignInNeeded("token", why, "Make another on the page of your account.")

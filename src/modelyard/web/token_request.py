"""What is said of a token that is to be made: in a form and in JSON the same."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from modelyard.accounts.actor import SCOPES, Scope
from modelyard.accounts.resource import Resource
from modelyard.errors import Invalid
from modelyard.settings.quota import Quota, read_quota
from modelyard.web import guard

LONGEST_DAYS = 3650
USUAL_DAYS = 90
LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class TokenRequest:
    """A token that somebody wants."""

    name: str
    scopes: tuple[Scope, ...]
    only: Resource | None
    expires_at: datetime | None
    quota: Quota | None


def token_request(given: dict[str, Any]) -> TokenRequest:
    """Read name, scopes, resource (such as `dataset/flights`), expires_days and quota.

    Raises Invalid for what cannot be, and NotFound for a resource that the one who asks may not
    see.
    """
    return TokenRequest(
        name=_name(given.get("name")),
        scopes=_scopes(given.get("scopes", ["read"])),
        only=_only(given.get("resource")),
        expires_at=_expiry(given.get("expires_days", USUAL_DAYS)),
        quota=quota_in(given.get("quota")),
    )


def quota_in(value: Any) -> Quota | None:
    """Read a quota such as `600/minute`; nothing is none. Raises Invalid."""
    if value is None or value == "":
        return None
    return read_quota("quota", value if isinstance(value, str) else str(value)[:40])


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
        raise Invalid("name", f"is not a text of 1 to {LONGEST_NAME} characters.", "Say what for.")
    return value.strip()


def _scopes(value: Any) -> tuple[Scope, ...]:
    known = f"Known: {', '.join(SCOPES)}."
    if not isinstance(value, list) or not value:
        raise Invalid("scopes", "are missing: the token would be allowed nothing.", known)
    for scope in value:
        if scope not in SCOPES:
            raise Invalid("scopes", f"'{str(scope)[:40]}' is not known.", known)
    return tuple(scope for scope in SCOPES if scope in value)


def _only(value: Any) -> Resource | None:
    if value is None or value == "":
        return None
    kind, _, name = value.partition("/") if isinstance(value, str) else ("", "", "")
    if kind != "dataset" or not name:
        raise Invalid("resource", f"'{str(value)[:80]}' is not known.", "Write it as dataset/NAME.")
    resource = Resource(kind, name)
    guard.require("read", resource)
    return resource


def _expiry(value: Any) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_DAYS:
        raise Invalid(
            "expires_days",
            f"'{str(value)[:40]}' is not a whole number from 1 to {LONGEST_DAYS}.",
            "Leave it out for 90 days; null is for ever.",
        )
    return datetime.now(UTC) + timedelta(days=value)

"""The members of JSON bodies about what-if models, read strictly."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from modelyard.accounts.resource import LEVELS, Level
from modelyard.errors import LONGEST_ECHO, Invalid

MOST_NUMBER = 10**9
LONGEST_WHOLE = 2**63


def text(body: Mapping[str, Any], name: str, default: str = "") -> str:
    """Give a text; raises Invalid for anything else."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise Invalid(f"body, '{name}'", "is not a text.")
    return value


def number(body: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """Give a whole number from 0 on; raises Invalid, also where it is missing without a default."""
    value = body.get(name, default)
    if value is None:
        raise Invalid(f"body, '{name}'", "is missing.")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_NUMBER:
        raise Invalid(f"body, '{name}'", f"is no whole number from 0 to {MOST_NUMBER:,}.")
    return value


def mapping(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give an object, empty where it is missing; raises Invalid."""
    value = body.get(name, {})
    if not isinstance(value, dict):
        raise Invalid(f"body, '{name}'", "is not a JSON object.")
    return value


def values(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give values by parameter; a whole number too long for a worker is sent to it as a text."""
    return {key: _sendable(value) for key, value in mapping(body, name).items()}


def _sendable(value: Any) -> Any:
    if isinstance(value, list):
        return [_sendable(one) for one in value]
    if isinstance(value, dict):
        return {key: _sendable(one) for key, one in value.items()}
    is_long = isinstance(value, int) and not isinstance(value, bool) and abs(value) >= LONGEST_WHOLE
    return str(value) if is_long else value


def texts(body: Mapping[str, Any], name: str) -> list[str]:
    """Give a list of texts; raises Invalid."""
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Invalid(f"body, '{name}'", "is not a list of texts.")
    return value


def day(body: Mapping[str, Any], name: str = "as_of") -> date | None:
    """Give a day; raises Invalid."""
    value = body.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(text(body, name))
    except ValueError:
        raise Invalid(
            f"body, '{name}'",
            f"'{value[:LONGEST_ECHO]}' is not a date.",
            "Write it as 2026-12-31.",
        ) from None


def truth(body: Mapping[str, Any], name: str) -> bool:
    """Give a truth; raises Invalid."""
    value = body.get(name)
    if not isinstance(value, bool):
        raise Invalid(f"body, '{name}'", "is neither true nor false.")
    return value


def level(body: Mapping[str, Any], default: Level | None = None) -> Level | None:
    """Give who may see something; raises Invalid for a level that there is not."""
    given = text(body, "level", "")
    if not given:
        return default
    found = next((known for known in LEVELS if known == given), None)
    if found is None:
        known = ", ".join(LEVELS)
        why = f"'{given[:LONGEST_ECHO]}' is not known."
        raise Invalid("body, 'level'", why, f"Known: {known}.")
    return found


def meant(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read which version, and of which day, is meant."""
    return {"version": number(body, "version", 0), "as_of": day(body)}

"""`key=value` on the command line."""

import shlex
from typing import Any

from modelyard.errors import Invalid


def pairs(texts: tuple[str, ...]) -> dict[str, Any]:
    """Read `key=value` texts; raises Invalid for one that is none, or comes twice."""
    found: dict[str, Any] = {}
    for text in texts:
        key, mark, value = text.partition("=")
        if not mark or not key.strip():
            raise Invalid(text[:60], "is not PARAMETER=VALUE.")
        if key.strip() in found:
            raise Invalid(key.strip(), "is given twice.")
        found[key.strip()] = value
    return found


def named_values(text: str) -> tuple[str, dict[str, Any]]:
    """Read `NAME: key=value key=value`; raises Invalid."""
    name, mark, rest = text.partition(":")
    if not mark or "=" in name:
        raise Invalid(text[:60], "has no name.", "Write -s 'NAME: PARAMETER=VALUE ...'")
    try:
        return name.strip(), pairs(tuple(shlex.split(rest)))
    except ValueError as fault:
        raise Invalid(text[:60], f"cannot be read: {fault}.") from None

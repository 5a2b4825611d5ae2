"""Results as figures that both sides write alike, so that they can be compared."""

import math
from collections.abc import Callable

import msgspec

Value = bool | int | float | str | None


class Figure(msgspec.Struct, frozen=True, array_like=True):
    """One figure of a result: the `name` ("mean") of a `column` at a place of the result.

    `where` names the row of the result ("carrier is AA"), and is empty where it has only one.
    """

    where: str
    column: str
    name: str
    value: Value


Telling = Callable[[], list[Figure]]
"""Turns a finished result into figures; done outside the timing."""

Task = Callable[[], Telling]
"""Does the timed work of one task and returns how to tell its result."""


def plain(value: object) -> Value:
    """Return a cell as a value that JSON carries exactly.

    NaN is a missing value on both sides and becomes None; infinities become words.
    """
    scalar = value.item() if hasattr(value, "item") else value
    if isinstance(scalar, float) and math.isnan(scalar):
        return None
    if isinstance(scalar, float) and math.isinf(scalar):
        return "infinity" if scalar > 0 else "-infinity"
    if scalar is None or isinstance(scalar, bool | int | float | str):
        return scalar
    return str(scalar)


def key_text(value: object) -> str:
    """Return a group's key in words that are the same for 3 and 3.0, and for all missing ones."""
    key = plain(value)
    if key is None:
        return "missing"
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, float) and key.is_integer():
        return str(int(key))
    return repr(key) if isinstance(key, str) else str(key)

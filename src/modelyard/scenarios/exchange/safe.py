"""Texts that a spreadsheet must not take for formulas."""

from typing import Any

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_text(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would run; other values stay.

    A number written as text stays as it is.
    """
    if not isinstance(value, str) or not value.lstrip(" ").startswith(STARTS):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value

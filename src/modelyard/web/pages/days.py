"""Points in time as people read them, in UTC."""

from datetime import UTC, datetime
from typing import Final

NEVER: Final = "never"


def instant(at: datetime | None) -> str:
    """Write a point in time to the minute."""
    return NEVER if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def day(at: datetime | None) -> str:
    """Write the day of a point in time."""
    return NEVER if at is None else f"{at.astimezone(UTC):%Y-%m-%d}"

"""What the clouds tell of the groups that this workspace is deployed to, for owners.

They are asked by the programs gcloud and aws, with the sign-in that this process has. That takes
seconds, so all who look within half a minute are told the same.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelyard.deploy.groups import Told

FRESH_S = 30.0
PATIENCE_S = 20.0
"""How long a cloud may take to answer one question."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was told, and when."""

    at: datetime
    told: "tuple[Told, ...]"


@dataclass
class CloudGroups:
    """Asks, and remembers for half a minute."""

    ask: "Callable[[Path], tuple[Told, ...]]"
    fresh_s: float = FRESH_S
    _known: tuple[float, Seen] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, folder: Path) -> Seen:
        """Give what is known, or ask; those who look meanwhile are told what was known before."""
        known = self._known
        if known is not None and time.monotonic() - known[0] <= self.fresh_s:
            return known[1]
        if not self._lock.acquire(blocking=known is None) and known is not None:
            return known[1]
        try:
            if self._known is not known and self._known is not None:
                return self._known[1]
            seen = Seen(at=datetime.now(UTC), told=self.ask(folder))
            self._known = (time.monotonic(), seen)
            return seen
        finally:
            self._lock.release()


def ask_programs(folder: Path) -> "tuple[Told, ...]":
    """Ask the clouds by gcloud and aws."""
    from modelyard.deploy.groups import look_at_groups
    from modelyard.deploy.runner import Programs

    return look_at_groups(folder, Programs(PATIENCE_S))


CLOUD_GROUPS = "modelyard.cloud_groups"
"""Where an application has them."""


def groups_content(seen: Seen) -> dict[str, Any]:
    """Give what was told as JSON values."""
    return {
        "at": seen.at.isoformat().replace("+00:00", "Z"),
        "clouds": [
            {
                "target": one.target,
                "title": one.title,
                "groups": [asdict(group) for group in one.groups],
                "fault": None if one.fault is None else str(one.fault)[:2000],
            }
            for one in seen.told
        ],
    }

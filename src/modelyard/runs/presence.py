"""Whether anybody works: a cheap look, for those who would wait for nothing."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from modelyard.runs.identity import is_gone
from modelyard.runs.store_instances import Instance, Instances

SIGN_S = 30.0
"""Silence after which a worker does not count as being there."""
LOOK_EVERY_S = 1.5


def nobody_works(folder: str = "") -> str:
    """Say that no worker is there, and how one is started for a workspace's folder."""
    named = f" {folder}" if folder else ""
    return (
        "No worker is there: what is asked for waits. Start one with: "
        f"modelyard worker{named}; or let modelyard serve start its own, with "
        "MODELYARD_RUN_WORKERS=1 or more."
    )


@dataclass
class Presence:
    """Knows whether any worker is there; asks the database once in a while."""

    instances: Instances
    clock: Callable[[], datetime]
    _known: tuple[float, bool] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def has_workers(self) -> bool:
        """Tell whether a worker is there; raises Unavailable where the database is not."""
        with self._lock:
            now = time.monotonic()
            if self._known is None or now - self._known[0] > LOOK_EVERY_S:
                self._known = (now, any(map(self._is_there, self.instances.all())))
            return self._known[1]

    def _is_there(self, instance: Instance) -> bool:
        since = self.clock() - timedelta(seconds=SIGN_S)
        if instance.kind != "worker" or instance.left_at is not None or instance.seen_at < since:
            return False
        return not is_gone(instance.machine, instance.pid, instance.detail)

"""Taking over the runs of workers that ended, by whatever way."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from modelyard.runs.durable import Durable
from modelyard.runs.identity import is_gone
from modelyard.runs.store_claims import Claims
from modelyard.runs.store_instances import Instance, Instances

log = logging.getLogger(__name__)
SETTLED_S = 60.0
"""How long after its end a worker is looked after: it may have been about to begin something."""


@dataclass
class Reaper:
    """Looks at the other workers, and hands over what the dead ones had.

    A worker is dead when it said that it leaves, when its process is seen to be gone on this
    machine, or when it gave no sign for `dead_after_s` while we could see the database: clocks of
    machines are not compared.
    """

    instances: Instances
    durable: Durable
    own_id: str
    queue_of: Callable[[str], str]
    """Gives the queue for a kind of run."""
    dead_after_s: float
    clock: Callable[[], datetime]
    _seen: dict[str, tuple[datetime, float]] = field(default_factory=dict)

    def look(self) -> None:
        """Look at all workers once; raises Unavailable where the database cannot be reached."""
        found = self.instances.all()
        for instance in found:
            if instance.id == self.own_id:
                continue
            if instance.left_at is None and self._is_dead(instance):
                log.warning("worker %s is dead: its runs go on here", instance.id)
                self.instances.leave(instance.id, self.clock())
                self.take_over(instance.id)
        self._settle([instance for instance in found if instance.left_at is not None])
        present = {instance.id for instance in found}
        self._seen = {key: value for key, value in self._seen.items() if key in present}

    def forget_what_was_seen(self) -> None:
        """Begin to watch anew, where we could not see for a while."""
        self._seen.clear()

    def take_over(self, instance_id: str) -> None:
        """Hand over the runs of an instance that left, unless another does so at the moment.

        What it had begun goes into the queues, at the last finished step; what it had only taken
        waits again to be taken.
        """
        if not self.instances.lease(instance_id, self.clock()):
            return
        pending = self.durable.pending_of(instance_id)
        claims = Claims(self.instances.database, instance_id)
        claims.release(self.clock(), set(pending.values()))
        kinds = claims.kinds_of(set(pending.values()))
        by_queue: dict[str, list[str]] = {}
        for workflow_id, run_id in pending.items():
            by_queue.setdefault(self.queue_of(kinds.get(run_id, "")), []).append(workflow_id)
        for queue, workflow_ids in by_queue.items():
            self.durable.resume(workflow_ids, queue)
        self.instances.end_lease(instance_id)

    def _settle(self, left: list[Instance]) -> None:
        """Look after those that left, and forget those that have had nothing for a while."""
        ids = [instance.id for instance in left]
        if not ids:
            return
        busy = self.instances.holders(ids) | self.durable.busy(ids)
        for instance in left:
            if instance.id in busy:
                self.take_over(instance.id)
            elif self.clock() - (instance.left_at or self.clock()) > timedelta(seconds=SETTLED_S):
                self.instances.forget(instance.id)

    def _is_dead(self, instance: Instance) -> bool:
        if is_gone(instance.machine, instance.pid, {k: str(v) for k, v in instance.detail.items()}):
            return True
        known = self._seen.get(instance.id)
        if known is None or known[0] != instance.seen_at:
            self._seen[instance.id] = (instance.seen_at, time.monotonic())
            return False
        return time.monotonic() - known[1] > self.dead_after_s

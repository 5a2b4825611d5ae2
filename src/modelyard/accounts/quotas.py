"""How much the tokens with a quota have asked: all processes together keep to it.

Asking the database at every request would cost more than most answers. So a process takes a part of
what is left of a span, a twentieth, and hands that out by itself; near the end the parts are single
requests. Nothing beyond the quota is ever handed out; a part that a process took and did not need
is lost with the span.
"""

import threading
from dataclasses import dataclass, field

from modelyard.accounts.throttle import Throttle
from modelyard.errors import Throttled
from modelyard.settings.quota import Quota

PART = 20
"""Which part of what is left a process takes at a time: a twentieth."""
MOST_LEASES = 10_000


@dataclass
class Lease:
    """What this process may still hand out of one token's quota in the present span."""

    quota: Quota
    end: int
    """When the span ends, in seconds since 1970."""
    free: int
    """What nobody had taken when this process last asked."""
    here: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Quotas:
    """Hands out requests by token."""

    throttle: Throttle
    usual: Quota | None = None
    """That of tokens without one of their own; None is no bound."""
    _leases: dict[str, Lease] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, token_id: str, own: Quota | None) -> None:
        """Take one request from a token's quota.

        Raises Throttled with the seconds until the next span, and Unavailable where the database
        cannot be asked.
        """
        quota = own or self.usual
        if quota is None:
            return
        lease = self._lease(token_id, quota)
        with lease.lock:
            if lease.here == 0 and lease.free > 0:
                self._renew(token_id, lease)
            if lease.here > 0:
                lease.here -= 1
                return
        raise self._used_up(lease)

    def _lease(self, token_id: str, quota: Quota) -> Lease:
        end = self.throttle.end_of(quota.span_s)
        lease = self._leases.get(token_id)
        if lease is not None and lease.end == end and lease.quota == quota:
            return lease
        with self._lock:
            lease = self._leases.get(token_id)
            if lease is None or lease.end != end or lease.quota != quota:
                if len(self._leases) >= MOST_LEASES:
                    self._leases.clear()
                lease = self._leases[token_id] = Lease(quota, end, quota.most)
            return lease

    def _renew(self, token_id: str, lease: Lease) -> None:
        wanted = max(1, lease.free // PART)
        taken = self.throttle.count(f"quota:{token_id}", lease.quota.span_s, wanted)
        lease.here = max(0, wanted - max(0, taken - lease.quota.most))
        lease.free = max(0, lease.quota.most - taken)

    def _used_up(self, lease: Lease) -> Throttled:
        wait_s = max(1.0, lease.end - self.throttle.clock().timestamp())
        return Throttled(
            "token",
            f"its quota of {lease.quota} is used up.",
            f"Wait {round(wait_s)} s, or ask for a higher one.",
            wait_s=wait_s,
        )

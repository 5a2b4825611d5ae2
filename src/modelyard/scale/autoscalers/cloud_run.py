"""How Cloud Run decides, as far as its documents tell."""

from math import ceil

from modelyard.scale.autoscalers.autoscaler import Seen
from modelyard.scale.autoscalers.windows import Highest, Mean
from modelyard.scale.policy import CloudRunPolicy


class CloudRun:
    """Enough instances for a minute's mean of use, and at once for what is in flight.

    An instance that is not needed is kept for `idle_s`.
    """

    def __init__(self, policy: CloudRunPolicy) -> None:
        self._policy = policy
        self.period_s = policy.period_s
        self._in_flight = Mean(policy.window_s)
        self._cpu = Mean(policy.window_s)
        self._wanted = Highest(policy.idle_s)

    def decide(self, now_s: float, seen: Seen) -> int:
        """Give the wanted number of instances."""
        policy = self._policy
        in_flight = self._in_flight.add(now_s, seen.in_flight)
        cpu = self._cpu.add(now_s, seen.cpu * seen.ready)
        wanted = max(
            ceil(seen.in_flight / policy.concurrency - 1e-9),
            ceil(in_flight / (policy.concurrency * policy.concurrency_target) - 1e-9),
            ceil(cpu / policy.cpu_target - 1e-9),
            1 if seen.requests_per_s > 0 else 0,
        )
        return int(self._wanted.add(now_s, min(max(wanted, policy.least), policy.most)))

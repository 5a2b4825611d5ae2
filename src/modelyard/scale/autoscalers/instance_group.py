"""How the autoscaler of a managed instance group decides."""

from math import ceil

from modelyard.scale.autoscalers.autoscaler import Seen
from modelyard.scale.autoscalers.windows import Highest, Lowest, Mean
from modelyard.scale.policy import InstanceGroupPolicy


class InstanceGroup:
    """The largest of what its signals recommend; what it takes away is held back.

    Where it grows, machines younger than the initialisation period are not counted: their use says
    nothing yet.
    """

    def __init__(self, policy: InstanceGroupPolicy) -> None:
        self._policy = policy
        self.period_s = policy.period_s
        self._cpu = Mean(policy.window_s)
        self._rate = Mean(policy.window_s)
        self._grown = Lowest(policy.initialisation_s)
        self._recommended = Highest(policy.stabilisation_s)
        self._sizes = Highest(policy.scale_in_window_s)

    def decide(self, now_s: float, seen: Seen) -> int:
        """Give the wanted number of machines."""
        policy = self._policy
        present = seen.ready + seen.starting
        grown = min(int(self._grown.add(now_s, present)), seen.ready)
        wanted = max(self._by_cpu(now_s, seen, grown), self._by_rate(now_s, seen))
        wanted = min(max(wanted, policy.least), policy.most)
        recommended = int(self._recommended.add(now_s, wanted))
        most_lately = int(self._sizes.add(now_s, present))
        if recommended >= present:
            return recommended
        if policy.scale_in_most is not None:
            recommended = max(recommended, most_lately - policy.scale_in_most)
        return min(recommended, present)

    def _by_cpu(self, now_s: float, seen: Seen, grown: int) -> int:
        if self._policy.cpu_target is None:
            return 0
        mean = self._cpu.add(now_s, seen.cpu)
        by_all = ceil(mean * seen.ready / self._policy.cpu_target - 1e-9)
        present = seen.ready + seen.starting
        if by_all <= present:
            return by_all
        return max(present, ceil(mean * max(grown, 1) / self._policy.cpu_target - 1e-9))

    def _by_rate(self, now_s: float, seen: Seen) -> int:
        if self._policy.rate_per_instance is None:
            return 0
        mean = self._rate.add(now_s, seen.requests_per_s)
        share = self._policy.rate_per_instance * self._policy.rate_target
        return ceil(mean / share - 1e-9)

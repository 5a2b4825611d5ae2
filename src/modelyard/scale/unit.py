"""One instance as a queue: what a measured curve becomes under a policy."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.scale.policy import CloudRunPolicy, InstanceGroupPolicy
from modelyard.scale.prices import processors_of

if TYPE_CHECKING:
    from modelyard.scale.policy import Policy
    from modelyard.workspace.measured import Curve


@dataclass(frozen=True)
class Unit:
    """What one instance can do."""

    servers: int
    """Requests that it works on at a time."""
    capacity_per_s: float
    service_s: tuple[float, ...]
    """Quantiles at even distances of the time that one request takes where nothing waits."""
    variation: float
    """The squared coefficient of variation of that time."""
    cpu_when_full: float
    """The share of its processors that it uses at its capacity."""
    start_s: int
    """From the order of an instance to its first answer."""

    @property
    def mean_s(self) -> float:
        """The mean time of a request that does not wait."""
        return sum(self.service_s) / len(self.service_s)


def unit_of(curve: "Curve", policy: "Policy") -> Unit:
    """Give one instance of a policy.

    Capacity is taken to grow with the number of processors. A bound on concurrency below what the
    instance could work on takes capacity away.
    """
    growth = _growth(curve, policy)
    mean_s = sum(curve.service_s) / len(curve.service_s)
    capacity = curve.capacity_per_s * growth
    servers = max(round(capacity * mean_s), 1)
    cpu = min(curve.cpu_s * curve.capacity_per_s / curve.processors, 1.0) if curve.cpu_s else 1.0
    if isinstance(policy, CloudRunPolicy) and policy.concurrency < servers:
        least = min(capacity, policy.concurrency / mean_s)
        cpu *= least / capacity
        capacity, servers = least, policy.concurrency
    start_s = max(round(policy.boot_s + curve.start_s), 1)
    return Unit(servers, capacity, curve.service_s, _variation(curve, mean_s), cpu, start_s)


def _variation(curve: "Curve", mean_s: float) -> float:
    if curve.variation is not None:
        return curve.variation
    squares = sum((one - mean_s) ** 2 for one in curve.service_s) / len(curve.service_s)
    return squares / mean_s**2


def _growth(curve: "Curve", policy: "Policy") -> float:
    if isinstance(policy, InstanceGroupPolicy):
        return processors_of(policy.machine) / curve.processors
    return policy.processors / curve.processors

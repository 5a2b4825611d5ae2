"""What a month costs under a policy, from what was played."""

from math import ceil
from typing import TYPE_CHECKING

from modelyard.scale.policy import CloudRunPolicy, EcsPolicy, InstanceGroupPolicy
from modelyard.scale.prices import machine_hour_usd, price

if TYPE_CHECKING:
    from modelyard.scale.playing import Played
    from modelyard.scale.policy import Policy

HOUR_S = 3600
MONTH_S = 730 * HOUR_S
REQUESTS_PER_BALANCER_UNIT = 250.0


def month_usd(played: "Played", answered: float, policy: "Policy") -> float:
    """Give the cost of a month that is like what was played, without free shares and traffic."""
    import numpy as np

    seconds = len(played.ready)
    running = np.asarray(played.ready) + np.asarray(played.starting)
    instance_s = float(running.sum())
    if isinstance(policy, CloudRunPolicy):
        spent = _cloud_run(played, instance_s, answered, policy)
    elif isinstance(policy, InstanceGroupPolicy):
        balancer = price("compute_engine", "balancer_hour") * seconds / HOUR_S
        spent = instance_s / HOUR_S * machine_hour_usd(policy.machine) + balancer
    else:
        spent = _ecs(instance_s, seconds, answered, policy)
    return spent * MONTH_S / seconds


def _cloud_run(
    played: "Played", instance_s: float, requests: float, policy: CloudRunPolicy
) -> float:
    """Give the cost of what was played.

    By request, an instance is paid for while it starts and while it works on anything; requests
    are taken to meet instances by chance. Idle ones below the minimum are paid for at their price.
    """
    import numpy as np

    def of(kind: str) -> float:
        by_memory = price("cloud_run", f"{kind}_gib_s") * policy.memory_gib
        return price("cloud_run", f"{kind}_vcpu_s") * policy.processors + by_memory

    if policy.billing == "instance":
        return instance_s * of("instance")
    ready = np.asarray(played.ready, dtype=np.float64)
    each = np.asarray(played.in_flight) / np.maximum(ready, 1.0)
    working = ready * -np.expm1(-each)
    idle = np.maximum(np.minimum(ready, policy.least) - working, 0.0)
    working_s = float(working.sum() + np.asarray(played.starting).sum())
    asked = requests / 1e6 * price("cloud_run", "million_requests")
    return working_s * of("request") + float(idle.sum()) * of("idle") + asked


def _ecs(instance_s: float, seconds: int, answered: float, policy: EcsPolicy) -> float:
    hour = (
        price("ecs", "vcpu_hour") * policy.processors + price("ecs", "gib_hour") * policy.memory_gib
    )
    units = max(ceil(answered / seconds / REQUESTS_PER_BALANCER_UNIT), 1)
    balancer = price("ecs", "balancer_hour") + price("ecs", "balancer_unit_hour") * units
    return instance_s / HOUR_S * hour + balancer * seconds / HOUR_S

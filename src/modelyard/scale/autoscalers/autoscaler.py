"""What all platforms' autoscalers have in common."""

from typing import Protocol

import msgspec

from modelyard.scale.policy import CloudRunPolicy, InstanceGroupPolicy, Policy


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What was measured since the last decision; the figures are means over that time."""

    ready: int
    """Instances that answer."""
    starting: int
    """Instances that were ordered, and do not answer yet."""
    requests_per_s: float
    """Requests that arrived at all instances together."""
    in_flight: float
    """Requests that were sent and not yet answered, at all instances together."""
    cpu: float
    """The share of their processors that the ready instances used, on average: 0 to 1."""


class Autoscaler(Protocol):
    """Something that decides how many instances there are to be. It remembers what it saw."""

    @property
    def period_s(self) -> float:
        """How often it wants to be asked, in seconds."""

    def decide(self, now_s: float, seen: Seen) -> int:
        """Give the wanted number of instances; `now_s` is any clock that never goes back."""


def autoscaler_for(policy: Policy) -> Autoscaler:
    """Give a fresh autoscaler that follows a policy."""
    from modelyard.scale.autoscalers.cloud_run import CloudRun
    from modelyard.scale.autoscalers.ecs import Ecs
    from modelyard.scale.autoscalers.instance_group import InstanceGroup

    if isinstance(policy, CloudRunPolicy):
        return CloudRun(policy)
    if isinstance(policy, InstanceGroupPolicy):
        return InstanceGroup(policy)
    return Ecs(policy)

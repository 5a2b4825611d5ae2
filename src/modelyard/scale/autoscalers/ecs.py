"""How target tracking of an ECS service decides: two alarms, and a pause after each change."""

from collections import deque
from math import ceil, inf

from modelyard.scale.autoscalers.autoscaler import Seen
from modelyard.scale.policy import EcsPolicy


class Ecs:
    """Grows when some minutes in a row were above the target, shrinks when many were below it."""

    def __init__(self, policy: EcsPolicy) -> None:
        self._policy = policy
        self.period_s = policy.metric_period_s
        self._points: deque[float] = deque(maxlen=max(policy.high_points, policy.low_points))
        self._grew_s = -inf
        self._shrank_s = -inf

    def decide(self, now_s: float, seen: Seen) -> int:
        """Give the wanted number of tasks."""
        policy = self._policy
        present = max(seen.ready + seen.starting, policy.least)
        self._points.append(self._load(seen))
        latest = self._points[-1]
        if self._all(policy.high_points, above=1.0):
            wanted = min(ceil(max(seen.ready, 1) * latest - 1e-9), policy.most)
            if wanted > present and now_s - self._grew_s >= policy.scale_out_cooldown_s:
                self._grew_s = now_s
                return wanted
        elif not policy.is_growing_only and self._all(policy.low_points, below=policy.low_share):
            wanted = max(ceil(present * latest - 1e-9), policy.least)
            if wanted < present and self._may_shrink(now_s):
                self._shrank_s = now_s
                return wanted
        return min(present, policy.most)

    def _load(self, seen: Seen) -> float:
        """Give the metric as a share of its target."""
        if self._policy.cpu_target is not None:
            return seen.cpu / self._policy.cpu_target
        per_task = seen.requests_per_s * 60 / max(seen.ready, 1)
        return per_task / (self._policy.requests_per_task_minute or inf)

    def _all(self, count: int, above: float = -inf, below: float = inf) -> bool:
        latest = list(self._points)[-count:]
        return len(latest) == count and all(above < point < below for point in latest)

    def _may_shrink(self, now_s: float) -> bool:
        last = max(self._grew_s, self._shrank_s)
        return now_s - last >= self._policy.scale_in_cooldown_s

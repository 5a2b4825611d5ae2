"""A trace, a curve and a policy: what would happen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.scale.autoscalers import autoscaler_for
from modelyard.scale.costs import month_usd
from modelyard.scale.latency import latency_of
from modelyard.scale.playing import Play, first_instances
from modelyard.scale.policy_rules import refuse_contradictions
from modelyard.scale.unit import unit_of
from modelyard.scale.waits import grouped, waits_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.scale.policy import Policy
    from modelyard.scale.trace import Trace
    from modelyard.workspace.measured import Curve


@dataclass(frozen=True)
class Outcome:
    """What a policy gave."""

    name: str
    policy: "Policy"
    instances: "Sequence[int]"
    """Instances that answered, in each second."""
    starting: "Sequence[int]"
    in_flight: "Sequence[float]"
    mean_wait_s: "Sequence[float]"
    """The mean wait of those who came in each second."""
    requests: float
    failed: float
    """Refused because too many waited, or given up after the platform's timeout."""
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    """Over all that were answered in time; None where none was."""
    month_usd: float

    @property
    def failed_share(self) -> float:
        """The share of requests that failed."""
        return self.failed / self.requests if self.requests else 0.0

    @property
    def mean_instances(self) -> float:
        """How many instances answered on average."""
        return sum(self.instances) / len(self.instances)

    @property
    def most_instances(self) -> int:
        """The most that answered at a time."""
        return max(self.instances)


def simulate(trace: "Trace", curve: "Curve", policy: "Policy", name: str = "policy") -> Outcome:
    """Play a trace under a policy. Raises Invalid for a policy that contradicts itself."""
    refuse_contradictions(policy, name)
    unit = unit_of(curve, policy)
    per_s = trace.per_s
    play = Play(unit, policy, first_instances(policy, unit, per_s[0]))
    played = play.play(per_s, autoscaler_for(policy))
    waits = waits_of(per_s, played, unit, policy)
    latency = latency_of(grouped(waits), unit.service_s)
    refused = sum(played.refused)
    accepted = trace.requests - refused
    timed_out = accepted * latency.share_beyond(policy.timeout_s)
    p50, p95, p99 = (latency.quantile(share, policy.timeout_s) for share in (0.5, 0.95, 0.99))
    return Outcome(
        name=name,
        policy=policy,
        instances=played.ready,
        starting=played.starting,
        in_flight=played.in_flight,
        mean_wait_s=waits.mean_s.tolist(),
        requests=trace.requests,
        failed=_rounded(refused + timed_out, trace.requests),
        p50_s=p50,
        p95_s=p95,
        p99_s=p99,
        month_usd=month_usd(played, accepted - timed_out, policy),
    )


def _rounded(failed: float, requests: float) -> float:
    """Give 0 for what is left over by computing."""
    return failed if failed > requests * 1e-9 else 0.0

"""Searching the policies of a platform for the cheapest that keeps a bound on p99."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.errors import Invalid
from modelyard.scale.policy import CloudRunPolicy, EcsPolicy, InstanceGroupPolicy, Policy
from modelyard.scale.policy_file import with_room
from modelyard.scale.prices import platform
from modelyard.scale.simulating import Outcome, simulate
from modelyard.scale.trace import Trace

if TYPE_CHECKING:
    from modelyard.workspace.measured import Curve

DAY_S = 86_400
ROUNDS = 3
STEPS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987)
CLOUD_RUN_SIZES = ((1.0, 0.5), (2.0, 1.0), (4.0, 2.0))
FARGATE_SIZES = ((0.5, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 8.0))
Report = Callable[[Outcome], None]


@dataclass(frozen=True)
class Goal:
    """What a policy must keep."""

    p99_s: float
    failed_share: float = 0.001

    def is_kept(self, outcome: Outcome) -> bool:
        """Tell whether an outcome keeps it."""
        return (
            outcome.p99_s is not None
            and outcome.p99_s <= self.p99_s
            and outcome.failed_share <= self.failed_share
        )

    def rank(self, outcome: Outcome) -> tuple[float, float]:
        """Order outcomes: those that keep it by their cost, before the others by how far off."""
        if self.is_kept(outcome):
            return (0.0, outcome.month_usd)
        slow = (outcome.p99_s or inf) / self.p99_s
        failed = outcome.failed_share / max(self.failed_share, 1e-9)
        return (1.0 + max(slow, failed), outcome.month_usd)


def optimise(
    trace: Trace, curve: "Curve", start: Policy, goal: Goal, report: Report = lambda _: None
) -> Outcome:
    """Give the cheapest policy found, played over the whole trace.

    One setting after another is varied on the trace's busiest day, until nothing gets better.
    Raises Invalid where no policy keeps the goal, with the nearest that was found.
    """
    if not 0 < goal.p99_s < inf or not 0 <= goal.failed_share < 1:
        raise Invalid("goal", "p99 must be a time above 0, and the share of failed below 1.")
    day = busiest_day(trace)
    tried: dict[Policy, Outcome] = {}

    def outcome_of(policy: Policy) -> Outcome:
        if policy not in tried:
            tried[policy] = simulate(day, curve, policy)
            report(tried[policy])
        return tried[policy]

    best = start
    for _ in range(ROUNDS):
        before = best
        for choices in _axes(best, curve, day):
            best = min([best, *choices], key=lambda one: goal.rank(outcome_of(one)))
        if best == before:
            break
    return _confirmed(trace, curve, sorted(tried.values(), key=goal.rank), goal)


def busiest_day(trace: Trace) -> Trace:
    """Give the 24 hours of a trace, beginning at a full one, that have the most requests."""
    if trace.seconds <= DAY_S:
        return trace
    begins = range(0, trace.seconds - DAY_S + 1, 3600)
    begin = max(begins, key=lambda at: sum(trace.per_s[at : at + DAY_S]))
    return Trace(trace.per_s[begin : begin + DAY_S], trace.name)


def _confirmed(trace: Trace, curve: "Curve", ranked: Sequence[Outcome], goal: Goal) -> Outcome:
    """Play the best few over the whole trace, and give the first that keeps the goal there too."""
    nearest = None
    for candidate in ranked[:5]:
        whole = simulate(trace, curve, candidate.policy, "cheapest")
        if goal.is_kept(whole):
            return whole
        nearest = min((nearest or whole, whole), key=goal.rank)
    assert nearest is not None  # noqa: S101 (the start was played)
    p99 = "no answer" if nearest.p99_s is None else f"p99 {nearest.p99_s:.3g} s"
    raise Invalid(
        "goal",
        f"no policy keeps p99 {goal.p99_s:g} s; the nearest has {p99}, "
        f"{nearest.failed_share:.2%} failed, {nearest.month_usd:,.0f} USD a month.",
        "Allow more, or make the service faster.",
    )


def _axes(policy: Policy, curve: "Curve", trace: Trace) -> Iterator[list[Policy]]:
    """Give, setting by setting, the policies that differ in it alone."""
    most = with_room(policy, curve, trace).most
    leasts = [one for one in STEPS if one <= most]
    if isinstance(policy, CloudRunPolicy):
        yield _varied(policy, "concurrency", (1, 2, 4, 8, 16, 32, 80, 160))
        sizes = CLOUD_RUN_SIZES
        yield [
            msgspec.structs.replace(policy, processors=cpu, memory_gib=max(gib, policy.memory_gib))
            for cpu, gib in sizes
        ]
        yield _varied(policy, "billing", ("request", "instance"))
        yield _varied(policy, "least", (0, *leasts))
        return
    if isinstance(policy, EcsPolicy):
        yield [
            msgspec.structs.replace(policy, processors=cpu, memory_gib=gib)
            for cpu, gib in FARGATE_SIZES
        ]
    elif isinstance(policy, InstanceGroupPolicy):
        yield _varied(policy, "machine", tuple(platform("compute_engine")["machines"]))
    if policy.cpu_target is not None:
        yield _varied(policy, "cpu_target", (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9))
    yield _varied(policy, "least", leasts)


def _varied(policy: Policy, name: str, values: Sequence[Any]) -> list[Policy]:
    return [msgspec.structs.replace(policy, **{name: value}) for value in values]

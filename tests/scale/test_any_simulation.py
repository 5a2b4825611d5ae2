"""Whatever service, load and policy: figures that can be, or a refusal in words."""

import math
import warnings

from hypothesis import given, settings
from hypothesis import strategies as some

from modelyard.scale.policy import CloudRunPolicy, EcsPolicy, InstanceGroupPolicy
from modelyard.scale.simulating import simulate
from modelyard.scale.trace import Trace
from modelyard.workspace.measured import Curve

CURVES = some.builds(
    Curve,
    capacity_per_s=some.floats(1e-3, 1e5),
    service_s=some.lists(some.floats(1e-5, 100), min_size=1, max_size=20).map(tuple),
    variation=some.none() | some.floats(0, 20),
    start_s=some.floats(0, 1000),
    cpu_s=some.just(0.0) | some.floats(1e-6, 100),
    processors=some.sampled_from([0.5, 1.0, 64.0]),
)
SHARED = {
    "queue": some.sampled_from(["one", "each"]),
    "queue_s": some.floats(1e-3, 1e4),
    "timeout_s": some.floats(1e-2, 1e4),
    "boot_s": some.floats(0, 1e3),
    "least": some.integers(1, 50),
    "most": some.integers(50, 1000),
}
EMPTY_AT_TIMES = SHARED | {"least": some.integers(0, 3)}
POLICIES = (
    some.builds(CloudRunPolicy, concurrency=some.integers(1, 1000), **EMPTY_AT_TIMES)
    | some.builds(InstanceGroupPolicy, **SHARED)
    | some.builds(EcsPolicy, **SHARED)
)  # fmt: skip
LOADS = some.lists(some.just(0.0) | some.floats(1e-3, 1e6), min_size=1, max_size=120).filter(any)


@given(per_s=LOADS, curve=CURVES, policy=POLICIES)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_figures_are_those_of_something_that_can_be(
    per_s: list[float], curve: Curve, policy: CloudRunPolicy | InstanceGroupPolicy | EcsPolicy
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = simulate(Trace(per_s), curve, policy)
    assert 0 <= outcome.failed_share <= 1 + 1e-9
    assert math.isfinite(outcome.month_usd)
    assert outcome.month_usd >= 0
    assert all(-1e-6 <= one < math.inf for one in outcome.in_flight)
    assert all(policy.least <= count <= policy.most for count in outcome.instances)
    rising = [one for one in (outcome.p50_s, outcome.p95_s, outcome.p99_s) if one is not None]
    assert rising == sorted(rising)
    assert not any(math.isnan(one) for one in outcome.mean_wait_s)

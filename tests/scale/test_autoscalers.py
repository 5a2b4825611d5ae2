"""How each platform decides; the same code plays traces and may run a fleet."""

import pytest

from modelyard.scale.autoscalers import Autoscaler, Seen, autoscaler_for
from modelyard.scale.policy import PLATFORMS, CloudRunPolicy, EcsPolicy, InstanceGroupPolicy
from modelyard.scale.simulating import simulate
from modelyard.scale.trace import Trace
from modelyard.workspace.measured import Curve


def seen(ready: int, cpu: float = 0.0, per_s: float = 0.0, in_flight: float = 0.0) -> Seen:
    return Seen(ready=ready, starting=0, requests_per_s=per_s, in_flight=in_flight, cpu=cpu)


def wanted(autoscaler: Autoscaler, looks: list[Seen], step_s: float) -> list[int]:
    return [autoscaler.decide(place * step_s, look) for place, look in enumerate(looks)]


def test_cloud_run_starts_at_once_for_what_is_in_flight_and_keeps_idle_instances() -> None:
    autoscaler = autoscaler_for(CloudRunPolicy(concurrency=10, idle_s=60.0))
    looks = [seen(0), seen(0, per_s=35, in_flight=35), *[seen(4)] * 70]
    decided = wanted(autoscaler, looks, 1.0)
    assert decided[0] == 0
    assert decided[1] == 4  # 35 in flight, 10 for each
    assert decided[50] == 4  # kept though idle
    assert decided[-1] < 4


def test_cloud_run_aims_at_60_per_cent_of_concurrency_and_processors_over_a_minute() -> None:
    by_concurrency = autoscaler_for(CloudRunPolicy(concurrency=10))
    assert wanted(by_concurrency, [seen(5, 0.1, 50, 30.0)] * 60, 2.0)[-1] == 5
    by_cpu = autoscaler_for(CloudRunPolicy(concurrency=80))
    assert wanted(by_cpu, [seen(5, 0.9, 50, 5.0)] * 60, 2.0)[-1] == 8  # 5 x 0.9 / 0.6


def test_a_group_shrinks_to_the_peak_of_ten_minutes_and_by_no_more_than_allowed() -> None:
    policy = InstanceGroupPolicy(least=1, most=20, window_s=15.0, scale_in_most=2)
    autoscaler = autoscaler_for(policy)
    busy, quiet = [seen(10, 0.6)] * 10, [seen(10, 0.05)] * 60
    decided = wanted(autoscaler, busy + quiet, 15.0)
    assert decided[9:40] == [10] * 31  # the peak of the last 600 s
    assert decided[-1] == 8  # not more than two at a time


def test_a_group_does_not_count_machines_that_are_too_young() -> None:
    autoscaler = autoscaler_for(InstanceGroupPolicy(most=50, window_s=15.0, initialisation_s=60.0))
    assert autoscaler.decide(0, seen(2, 1.0)) == 4
    assert autoscaler.decide(15, seen(4, 1.0)) == 4  # not ceil(4 / 0.6): two are new
    assert autoscaler.decide(90, seen(4, 1.0)) == 7


def test_of_several_signals_of_a_group_the_largest_wins() -> None:
    policy = InstanceGroupPolicy(most=50, rate_per_instance=10.0, rate_target=0.8)
    autoscaler = autoscaler_for(policy)
    assert autoscaler.decide(0, seen(2, cpu=0.1, per_s=80.0)) == 10


def test_ecs_grows_after_three_minutes_and_shrinks_after_fifteen() -> None:
    autoscaler = autoscaler_for(EcsPolicy(most=20, cpu_target=0.5))
    decided = wanted(autoscaler, [seen(2, 1.0)] * 4, 60.0)
    assert decided == [2, 2, 4, 2]  # once, then the pause
    quiet = [autoscaler.decide(240 + 60 * minute, seen(4, 0.1)) for minute in range(16)]
    assert quiet[:14] == [4] * 14
    assert min(quiet) == 1


def test_ecs_that_only_grows_never_shrinks() -> None:
    autoscaler = autoscaler_for(EcsPolicy(is_growing_only=True))
    assert wanted(autoscaler, [seen(5, 0.0)] * 40, 60.0) == [5] * 40


@pytest.mark.parametrize(
    "policy",
    [kind(least=2, most=4) for kind in PLATFORMS.values()],
    ids=list(PLATFORMS),
)
def test_no_policy_ever_leaves_its_bounds(policy: CloudRunPolicy) -> None:
    autoscaler, step_s = autoscaler_for(policy), 60.0
    for place in range(60):
        load = 10.0 ** (place % 7)
        decided = autoscaler.decide(place * step_s, seen(3, min(load, 1.0), load, load))
        assert 2 <= decided <= 4


def test_a_cold_start_is_what_the_first_request_waits_for() -> None:
    curve = Curve(capacity_per_s=100.0, service_s=(0.01,), start_s=4.0)
    outcome = simulate(Trace([0.0] * 20 + [2.0] * 200), curve, CloudRunPolicy(concurrency=8))
    assert outcome.instances[19] == 0
    waits = outcome.mean_wait_s[20]
    assert 6.0 <= waits <= 9.0  # 2 s boot, 4 s start, up to 2 s until the next decision
    assert outcome.mean_wait_s[-1] < 0.01
    assert outcome.failed == 0


def test_a_ramp_makes_a_fleet_grow_and_shrink() -> None:
    curve = Curve(capacity_per_s=50.0, service_s=(0.02,), start_s=1.0)
    up = [second / 2 for second in range(300)]
    policy = InstanceGroupPolicy(
        least=1, most=10, machine="e2-medium", stabilisation_s=60.0, boot_s=1.0, period_s=5.0
    )
    outcome = simulate(Trace([*up, *up[::-1], *[1.0] * 300]), curve, policy)
    assert outcome.instances[0] == 1
    assert outcome.most_instances >= 5
    assert outcome.instances[-1] == 1

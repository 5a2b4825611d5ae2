"""The simulator against queueing theory, and against queues worked through request by request."""

import math
from math import factorial, log

import numpy as np
import pytest
from queue_one_by_one import quantile, responses

from modelyard.scale.policy import CloudRunPolicy, InstanceGroupPolicy
from modelyard.scale.queueing import delay_probability
from modelyard.scale.simulating import simulate
from modelyard.scale.trace import Trace
from modelyard.workspace.measured import Curve

WITHIN = 0.02


def exponential(mean_s: float) -> tuple[float, ...]:
    return tuple(-log(1 - (place + 0.5) / 50) * mean_s for place in range(50))


def erlang_c(servers: int, use: float) -> float:
    """As the textbook writes it."""
    offered = servers * use
    last = offered**servers / factorial(servers) / (1 - use)
    return last / (sum(offered**count / factorial(count) for count in range(servers)) + last)


def standing(instances: int, **more: object) -> InstanceGroupPolicy:
    """A group that never changes, with one queue and endless patience."""
    given = {"queue": "one", "queue_s": 1e6, "timeout_s": 1e6} | more
    return InstanceGroupPolicy(least=instances, most=instances, machine="e2-medium", **given)


def a_curve(servers: int, mean_s: float) -> Curve:
    return Curve(
        capacity_per_s=servers / mean_s, service_s=exponential(mean_s), variation=1.0, start_s=2.0
    )


@pytest.mark.parametrize("use", [0.3, 0.5, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize(("instances", "servers"), [(1, 1), (1, 4), (3, 4), (5, 16)])
def test_a_steady_load_waits_as_theory_says_within_2_per_cent(
    instances: int, servers: int, use: float
) -> None:
    mean_s, all_servers = 0.01, instances * servers
    rate = use * all_servers / mean_s
    probability = erlang_c(all_servers, use)
    wait_s = probability / (all_servers / mean_s - rate)
    outcome = simulate(Trace([rate] * 3000), a_curve(servers, mean_s), standing(instances))
    assert outcome.mean_wait_s[-1] == pytest.approx(wait_s, rel=WITHIN, abs=mean_s * 1e-4)
    in_flight = rate * (wait_s + mean_s)
    assert outcome.in_flight[-1] == pytest.approx(in_flight, rel=WITHIN)


def test_one_server_answers_within_times_that_are_exponential() -> None:
    """M/M/1: the time in the system is exponential with mean 1 / (capacity - rate)."""
    outcome = simulate(Trace([70.0] * 3000), a_curve(1, 0.01), standing(1))
    for share, seconds in ((0.5, outcome.p50_s), (0.95, outcome.p95_s), (0.99, outcome.p99_s)):
        assert seconds == pytest.approx(-log(1 - share) / 30, rel=WITHIN)


def test_constant_times_of_service_wait_half_as_long() -> None:
    curve = Curve(capacity_per_s=100.0, service_s=(0.01,), start_s=1.0)
    steady = simulate(Trace([80.0] * 1000), curve, standing(1))
    assert steady.mean_wait_s[-1] == pytest.approx(0.8 / 20 / 2, rel=WITHIN)


def test_many_servers_are_worked_out_by_an_integral_as_by_the_recursion() -> None:
    uses = np.array([0.5, 0.9, 0.97, 0.999])
    few, many = delay_probability(200, uses), delay_probability(201, uses)
    assert many == pytest.approx(few, rel=0.03)
    million = delay_probability(1_000_000, uses)
    assert np.all((million >= 0) & (million <= 1))
    assert million[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("mean_s", "servers", "policy"),
    [
        (0.05, 2, standing(2)),
        (0.05, 2, InstanceGroupPolicy(
            least=1, most=8, machine="e2-medium", queue="one", period_s=1.0, window_s=8.0,
            initialisation_s=5.0, stabilisation_s=30.0, boot_s=6.0, cpu_target=0.9, queue_s=60.0)),
        (0.2, 4, CloudRunPolicy(concurrency=4, idle_s=60.0, window_s=20.0)),
    ],
    ids=["standing still", "a group that grows late", "Cloud Run"],
)  # fmt: skip
def test_a_ramp_to_three_times_an_instance_takes_as_long_as_request_by_request(
    mean_s: float, servers: int, policy: InstanceGroupPolicy | CloudRunPolicy
) -> None:
    capacity, half = servers / mean_s, 150
    up = [1 + capacity * 3 * second / half for second in range(half)]
    per_s = [*up, *up[::-1]]
    outcome = simulate(Trace(per_s), a_curve(servers, mean_s), policy)
    seen = [max(count, 1) for count in outcome.instances]
    true = [row for seed in range(10) for row in responses(per_s, seen, servers, mean_s, seed)]
    took = [row[2] for row in true]
    assert outcome.p50_s == pytest.approx(quantile(took, 0.50), rel=0.1)
    assert outcome.p95_s == pytest.approx(quantile(took, 0.95), rel=0.15)
    assert outcome.p99_s == pytest.approx(quantile(took, 0.99), rel=0.35)


def test_an_overload_piles_up_as_arithmetic_says() -> None:
    """Twice the capacity for 10 s: the last of it waits 10 s, and all is done 10 s later."""
    per_s = [200.0] * 10 + [0.0] * 30
    outcome = simulate(Trace(per_s), a_curve(1, 0.01), standing(1))
    assert outcome.mean_wait_s[9] == pytest.approx(9.5, rel=0.05)
    assert outcome.in_flight[9] == pytest.approx(1000, rel=0.02)
    assert outcome.in_flight[25] == pytest.approx(0, abs=0.5)
    assert outcome.failed == 0
    assert outcome.p50_s == pytest.approx(5.0, rel=0.05)


def test_what_waits_too_long_is_given_up_and_what_finds_no_room_is_refused() -> None:
    per_s = [200.0] * 20 + [0.0] * 60
    patient = simulate(Trace(per_s), a_curve(1, 0.01), standing(1, timeout_s=5.0))
    assert patient.failed_share == pytest.approx(0.75, rel=0.05)
    assert patient.p99_s is not None
    assert patient.p99_s <= 5.0 * 1.01
    bounded = simulate(Trace(per_s), a_curve(1, 0.01), standing(1, queue_s=2.0))
    assert bounded.failed == pytest.approx(20 * 100 - 200, rel=0.05)
    assert max(bounded.mean_wait_s) == pytest.approx(2.0, rel=0.05)


def test_no_figure_is_ever_no_number() -> None:
    """Rates from nothing to a billion per second, within one trace."""
    per_s = [0.0, 1e-6, 1e9, 0.0, 3.0] * 20
    outcome = simulate(Trace(per_s), a_curve(2, 0.05), CloudRunPolicy(most=3, concurrency=2))
    assert all(math.isfinite(one) for one in outcome.in_flight)
    assert 0 < outcome.failed_share <= 1
    assert all(count <= 3 for count in outcome.instances)

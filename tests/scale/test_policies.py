"""Policies as users write them, what they cost, and the search for the cheapest."""

from pathlib import Path

import msgspec
import pytest

from modelyard.errors import Invalid
from modelyard.scale.optimising import Goal, optimise
from modelyard.scale.policy import PLATFORMS, CloudRunPolicy, EcsPolicy, InstanceGroupPolicy
from modelyard.scale.policy_file import read_policies
from modelyard.scale.prices import platform, rules
from modelyard.scale.simulating import simulate
from modelyard.scale.trace import Trace
from modelyard.scale.unit import unit_of
from modelyard.workspace.measured import Curve

CURVE = Curve(capacity_per_s=50.0, service_s=(0.02,), start_s=3.0, cpu_s=0.02)
HOURS = 730


def written(folder: Path, text: str) -> Path:
    path = folder / "policies.toml"
    path.write_text(text)
    return path


def test_a_section_says_what_differs_from_its_platform(tmp_path: Path) -> None:
    text = """
        [policies.small]
        platform = "ecs"
        requests_per_task_minute = 900
        [policies.warm]
        platform = "cloud_run"
        least = 2
        """
    found = read_policies(written(tmp_path, text))
    assert found["small"] == EcsPolicy(cpu_target=None, requests_per_task_minute=900)
    assert found["warm"] == CloudRunPolicy(least=2)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('platform = "mainframe"', "platform: must be one of"),
        ('platform = "ecs"\nleast = 5\nmost = 2', "most: 2 is fewer than least, which is 5"),
        ('platform = "ecs"\nleast = 0', "least: must be 1 or more"),
        ('platform = "ecs"\ncpu_target = 60', "60 is no share"),
        ('platform = "ecs"\ncpu_target = 0.5\nrequests_per_task_minute = 9', "either"),
        ('platform = "ecs"\ncooldown = 5', "cooldown: is unknown for ecs"),
        ('platform = "compute_engine"\nmost = 0\nleast = 0', "must be 1 or more"),
        ('platform = "compute_engine"\nmachine = "abacus"', "'abacus' has no price"),
        ('platform = "compute_engine"\nscale_in_most = 0', "would never shrink"),
        ('platform = "cloud_run"\nprocessors = 0.5', "concurrency: is 80 with 0.5 processors"),
        ('platform = "cloud_run"\nconcurency = 5', "Did you mean concurrency?"),
        ('platform = "cloud_run"\nidle_s = -1', "idle_s: -1"),
        ('platform = "cloud_run"\nidle_s = nan', "nan is no number"),
        ('platform = "cloud_run"\nmost = "many"', "Expected `int`"),
        ('platform = "cloud_run"\nmost = 1000000000', "more than 100,000"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(
    tmp_path: Path, section: str, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        found = read_policies(written(tmp_path, f"\n[policies.mine]\n{section}\n"))
        simulate(Trace([1.0] * 10), CURVE, found["mine"])
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["", "[policies]", "policies = 3", "[other]\na = 1", "["])
def test_a_file_without_policies_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Invalid, match=r"policies.toml"):
        read_policies(written(tmp_path, text))


def test_the_rules_in_the_data_files_are_those_that_a_policy_begins_with() -> None:
    for name, kind in PLATFORMS.items():
        begun = kind()
        for rule, value in rules(name).items():
            assert getattr(begun, rule) == value, f"{name}: {rule}"


def test_every_rule_and_price_has_a_source_and_each_file_its_date() -> None:
    for name in PLATFORMS:
        told = platform(name)
        assert told["date"].year >= 2026
        entries = [
            *told["rules"].values(),
            *told["prices"].values(),
            *told.get("machines", {}).values(),
        ]
        assert all(entry["source"] for entry in entries)
        assert all(
            rule["known"] in {"documented", "measured", "assumed"}
            for rule in told["rules"].values()
        )


def test_a_month_of_a_group_costs_its_machines_and_its_balancer() -> None:
    policy = InstanceGroupPolicy(least=3, most=3, machine="e2-standard-2")
    outcome = simulate(Trace([10.0] * 3600), CURVE, policy)
    assert outcome.month_usd == pytest.approx(HOURS * (3 * 0.06701142 + 0.025), rel=1e-6)


def test_a_month_of_tasks_costs_processors_memory_and_balancer() -> None:
    policy = EcsPolicy(least=2, most=2, processors=1.0, memory_gib=2.0)
    outcome = simulate(Trace([10.0] * 3600), CURVE, policy)
    hour = 2 * (0.04048 + 2 * 0.004445) + 0.0225 + 0.008
    assert outcome.month_usd == pytest.approx(HOURS * hour, rel=1e-6)


def test_cloud_run_costs_nothing_while_nobody_asks_and_most_by_instance() -> None:
    quiet = Trace([1.0] + [0.0] * 7200)
    by_request = simulate(quiet, CURVE, CloudRunPolicy(concurrency=4))
    by_instance = simulate(quiet, CURVE, CloudRunPolicy(concurrency=4, billing="instance", least=1))
    assert by_request.month_usd < 1
    hour = 3600 * (0.000018 + 0.5 * 0.000002)
    assert by_instance.month_usd == pytest.approx(HOURS * hour, rel=0.01)


def test_a_bound_on_concurrency_takes_capacity_away() -> None:
    curve = Curve(capacity_per_s=100.0, service_s=(0.08,), processors=1.0)
    assert unit_of(curve, CloudRunPolicy(concurrency=80)).capacity_per_s == 100
    assert unit_of(curve, CloudRunPolicy(concurrency=2)).capacity_per_s == 25


@pytest.mark.parametrize("start", [kind() for kind in PLATFORMS.values()], ids=list(PLATFORMS))
def test_the_cheapest_policy_that_is_found_keeps_the_goal(
    start: CloudRunPolicy | InstanceGroupPolicy | EcsPolicy,
) -> None:
    trace = Trace([60.0] * 1200 + [150.0] * 1200)
    usual = simulate(trace, CURVE, start)
    goal = Goal(p99_s=0.25)
    best = optimise(trace, CURVE, start, goal)
    assert goal.is_kept(best)
    assert best.month_usd <= usual.month_usd or not goal.is_kept(usual)
    again = simulate(trace, CURVE, msgspec.structs.replace(best.policy))
    assert (again.p99_s, again.month_usd) == (best.p99_s, best.month_usd)


def test_a_goal_that_nothing_keeps_is_told_with_what_comes_nearest() -> None:
    with pytest.raises(Invalid, match=r"the nearest has p99 0\.02"):
        optimise(Trace([5.0] * 600), CURVE, EcsPolicy(), Goal(p99_s=0.001))

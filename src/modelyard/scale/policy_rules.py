"""Which policies contradict themselves."""

from math import isfinite

import msgspec

from modelyard.errors import Invalid
from modelyard.scale.policy import CloudRunPolicy, EcsPolicy, InstanceGroupPolicy, Policy

MOST_INSTANCES = 100_000
MOST_CONCURRENCY = 1000
SHARES = ("cpu_target", "concurrency_target", "rate_target", "low_share")
ABOVE_NOTHING = (
    *("processors", "memory_gib", "rate_per_instance", "requests_per_task_minute"),
    *("period_s", "metric_period_s", "queue_s", "timeout_s"),
)


def refuse_contradictions(policy: Policy, where: str) -> None:
    """Raise Invalid for a policy by which nothing could be decided."""
    for field in msgspec.structs.fields(policy):
        _refuse_value(f"{where}, {field.name}", field.name, getattr(policy, field.name))
    if policy.most < policy.least:
        raise Invalid(
            f"{where}, most", f"{policy.most} is fewer than least, which is {policy.least}."
        )
    if policy.most < 1:
        raise Invalid(f"{where}, most", "must be 1 or more: else nothing is ever answered.")
    if isinstance(policy, CloudRunPolicy):
        _refuse_cloud_run(policy, where)
    elif isinstance(policy, InstanceGroupPolicy):
        _refuse_instance_group(policy, where)
    else:
        _refuse_ecs(policy, where)


def _refuse_value(where: str, name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if not isfinite(value) or value < 0:
        raise Invalid(where, f"{value} is no number from 0 on.")
    if name in SHARES and not 0 < value <= 1:
        raise Invalid(where, f"{value:g} is no share above 0 and up to 1.", "60 % is 0.6.")
    if name in ABOVE_NOTHING and value == 0:
        raise Invalid(where, "must be above 0.")
    if name in {"least", "most"} and value > MOST_INSTANCES:
        raise Invalid(where, f"is more than {MOST_INSTANCES:,}.")


def _refuse_cloud_run(policy: CloudRunPolicy, where: str) -> None:
    if not 1 <= policy.concurrency <= MOST_CONCURRENCY:
        raise Invalid(f"{where}, concurrency", f"must be from 1 to {MOST_CONCURRENCY}.")
    if policy.processors < 1 and policy.concurrency > 1:
        raise Invalid(
            f"{where}, concurrency",
            f"is {policy.concurrency} with {policy.processors:g} processors.",
            "Cloud Run allows 1 where an instance has less than one processor.",
        )


def _refuse_instance_group(policy: InstanceGroupPolicy, where: str) -> None:
    if policy.least < 1:
        raise Invalid(f"{where}, least", "must be 1 or more: nobody measures an empty group.")
    if policy.cpu_target is None and policy.rate_per_instance is None:
        raise Invalid(where, "has neither cpu_target nor rate_per_instance: nothing to decide by.")
    if policy.scale_in_most == 0:
        raise Invalid(f"{where}, scale_in_most", "is 0: the group would never shrink.")


def _refuse_ecs(policy: EcsPolicy, where: str) -> None:
    if policy.least < 1:
        raise Invalid(f"{where}, least", "must be 1 or more: no task, no metric, no growth.")
    if (policy.cpu_target is None) == (policy.requests_per_task_minute is None):
        raise Invalid(
            where,
            "must have either cpu_target or requests_per_task_minute.",
            "Leave the one out, or in TOML: cpu_target = 0.6",
        )
    if min(policy.high_points, policy.low_points) < 1:
        raise Invalid(where, "high_points and low_points must be 1 or more.")

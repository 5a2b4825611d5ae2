"""Policies: what a platform is told about how many instances there are to be."""

from typing import Literal

import msgspec

Billing = Literal["request", "instance"]
Queue = Literal["one", "each"]
"""Whether requests wait in one queue for all instances, or in one for each."""


class CloudRunPolicy(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="platform",
    tag="cloud_run",
):  # fmt: skip
    """A service on Cloud Run."""

    least: int = 0
    most: int = 100
    processors: float = 1.0
    memory_gib: float = 0.5
    concurrency: int = 80
    """Requests at a time that one instance is given."""
    concurrency_target: float = 0.6
    cpu_target: float = 0.6
    billing: Billing = "request"
    window_s: float = 60.0
    idle_s: float = 900.0
    """How long an instance is kept that is not needed."""
    period_s: float = 2.0
    boot_s: float = 2.0
    """From the order of an instance to the start of the program."""
    queue_s: float = 10.0
    """How long a request may wait for an instance."""
    timeout_s: float = 300.0
    queue: Queue = "one"


class InstanceGroupPolicy(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="platform",
    tag="compute_engine",
):  # fmt: skip
    """A managed instance group behind a load balancer."""

    least: int = 1
    most: int = 10
    machine: str = "e2-standard-2"
    cpu_target: float | None = 0.6
    rate_per_instance: float | None = None
    """Requests per second that the balancer gives one machine at most; None: no signal."""
    rate_target: float = 0.8
    window_s: float = 60.0
    initialisation_s: float = 60.0
    stabilisation_s: float = 600.0
    scale_in_most: int | None = None
    """Machines that may go within `scale_in_window_s`; None: any number."""
    scale_in_window_s: float = 600.0
    period_s: float = 15.0
    boot_s: float = 45.0
    queue_s: float = 30.0
    timeout_s: float = 30.0
    queue: Queue = "each"


class EcsPolicy(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="platform",
    tag="ecs",
):  # fmt: skip
    """An ECS service on Fargate, by target tracking, behind an application load balancer."""

    least: int = 1
    most: int = 10
    processors: float = 1.0
    memory_gib: float = 2.0
    cpu_target: float | None = 0.6
    requests_per_task_minute: float | None = None
    """The other metric, ALBRequestCountPerTarget; with it `cpu_target` must be absent."""
    metric_period_s: float = 60.0
    high_points: int = 3
    """Minutes in a row above the target after which it grows."""
    low_points: int = 15
    low_share: float = 0.9
    """Below this share of the target, for `low_points`, it shrinks."""
    scale_out_cooldown_s: float = 300.0
    scale_in_cooldown_s: float = 300.0
    is_growing_only: bool = False
    boot_s: float = 30.0
    queue_s: float = 60.0
    timeout_s: float = 60.0
    queue: Queue = "each"


Policy = CloudRunPolicy | InstanceGroupPolicy | EcsPolicy
PLATFORMS = {
    "cloud_run": CloudRunPolicy,
    "compute_engine": InstanceGroupPolicy,
    "ecs": EcsPolicy,
}

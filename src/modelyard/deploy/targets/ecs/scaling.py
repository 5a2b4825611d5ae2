"""How many web tasks there are: by processor, and by requests where that is known."""

from typing import Any

from modelyard.deploy.targets.ecs.balancer import targets_name
from modelyard.deploy.targets.ecs.parts import Resources, Wish, ref, resource, text
from modelyard.deploy.targets.ecs.services import WEB

OUT_S, IN_S = 60, 300
"""How long nothing more is added, or taken away, after a step."""
MINUTE_S = 60


def scaling(wish: Wish) -> Resources:
    """Give the bounds of the number of web tasks, and a policy for each signal."""
    settings = wish.settings
    bounds = {
        "MinCapacity": settings.min_instances,
        "MaxCapacity": settings.max_instances,
        "ResourceId": text(f"service/${{Cluster}}/${{{WEB}.Name}}"),
        "ScalableDimension": "ecs:service:DesiredCount",
        "ServiceNamespace": "ecs",
    }
    found = {"WebTasks": resource("ApplicationAutoScaling::ScalableTarget", bounds)}
    if settings.min_instances == settings.max_instances:
        return found
    if settings.target_cpu:
        measure = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
        found["ByProcessor"] = _policy("processor", measure, settings.target_cpu * 100)
    if settings.requests_per_instance:
        targets = targets_name(wish)
        label = text(f"${{Balancer.LoadBalancerFullName}}/${{{targets}.TargetGroupFullName}}")
        measured = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
        found["ByRequests"] = _policy(
            "requests", measured, settings.requests_per_instance * MINUTE_S
        )
    return found


def _policy(name: str, measure: dict[str, Any], aim: float) -> dict[str, Any]:
    tracking = {
        "PredefinedMetricSpecification": measure,
        "TargetValue": round(aim, 3),
        "ScaleOutCooldown": OUT_S,
        "ScaleInCooldown": IN_S,
    }
    return resource(
        "ApplicationAutoScaling::ScalingPolicy",
        {
            "PolicyName": name,
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": ref("WebTasks"),
            "TargetTrackingScalingPolicyConfiguration": tracking,
        },
    )

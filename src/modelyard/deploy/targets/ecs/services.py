"""The services: they keep tasks alive, replace them without a gap, and turn back by themselves."""

from typing import Any

from modelyard.deploy.targets.ecs.balancer import listener_name, targets_name
from modelyard.deploy.targets.ecs.network import task_subnets
from modelyard.deploy.targets.ecs.parts import PORT, Resources, Wish, attribute, ref, resource

START_S = 180
"""How long a new task may take until the load balancer's opinion of it counts."""
WEB, WORKER = "WebService", "WorkerService"


def cluster(_: Wish) -> Resources:
    """Give the cluster."""
    counted = [{"Name": "containerInsights", "Value": "disabled"}]
    return {"Cluster": resource("ECS::Cluster", {"ClusterSettings": counted})}


def services(wish: Wish) -> Resources:
    """Give the services of web tasks and of workers."""
    entrance = {
        "ContainerName": "web",
        "ContainerPort": PORT,
        "TargetGroupArn": ref(targets_name(wish)),
    }
    web = {
        "TaskDefinition": ref("WebTask"),
        "LoadBalancers": [entrance],
        "HealthCheckGracePeriodSeconds": START_S,
        **_replacing(least_percent=100),
    }
    found = {WEB: _service(wish, web, listener_name(wish))}
    if wish.settings.run_workers:
        worker = {
            "TaskDefinition": ref("WorkerTask"),
            "DesiredCount": wish.settings.run_workers,
            **_replacing(least_percent=0),
        }
        found[WORKER] = _service(wish, worker)
    return found


def network_of_tasks(wish: Wish) -> dict[str, Any]:
    """Say where tasks of Fargate stand."""
    given = "ENABLED" if wish.settings.addresses == "external" else "DISABLED"
    return {
        "AwsvpcConfiguration": {
            "Subnets": task_subnets(wish),
            "SecurityGroups": [attribute("GroupId", "TaskGroup")],
            "AssignPublicIp": given,
        }
    }


def _service(wish: Wish, given: dict[str, Any], *needs: str) -> dict[str, Any]:
    is_fargate = wish.settings.is_fargate
    own: dict[str, Any] = {"Cluster": ref("Cluster"), "PropagateTags": "SERVICE", **given}
    if is_fargate:
        own |= {"LaunchType": "FARGATE", "NetworkConfiguration": network_of_tasks(wish)}
        waits = [*needs] if wish.settings.vpc else [*needs, "WayOut"]
    else:
        provider = {"CapacityProvider": ref("Machines"), "Weight": 1}
        own["CapacityProviderStrategy"] = [provider]
        waits = [*needs, "MachinesOfCluster"]
    return resource("ECS::Service", own, **({"DependsOn": waits} if waits else {}))


def _replacing(least_percent: int) -> dict[str, Any]:
    breaker = {"Enable": True, "Rollback": True}
    return {
        "DeploymentConfiguration": {
            "DeploymentCircuitBreaker": breaker,
            "MinimumHealthyPercent": least_percent,
            "MaximumPercent": 200,
        }
    }

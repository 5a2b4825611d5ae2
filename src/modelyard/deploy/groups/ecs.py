"""Services of ECS, with what target tracking did last."""

from collections.abc import Iterator, Mapping
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.groups.group import Group, counted, last_part
from modelyard.deploy.target import Order
from modelyard.deploy.targets.ecs.aws import query, stack_name
from modelyard.workspace.deploying.ecs import EcsSettings

RESOURCES = "resources"
SERVICES = "services"
BOUNDS = "bounds"
DEEDS = "deeds"
SERVICE_TYPE = "AWS::ECS::Service"
NAMESPACE = ("--service-namespace", "ecs")
LATEST = 20


def questions(order: Order[EcsSettings], seen: Seen) -> Iterator[Query]:
    """Say what to ask: the stack knows what its services are called."""
    stack = ("--stack-name", stack_name(order.name))
    yield query(order, RESOURCES, "cloudformation", "describe-stack-resources", *stack)
    services = _services(seen)
    if services:
        cluster = services[0].split("/")[-2]
        names = [last_part(one) for one in services]
        of = ("--cluster", cluster, "--services", *names)
        yield query(order, SERVICES, "ecs", "describe-services", *of)
        scaling = ("application-autoscaling",)
        yield query(order, BOUNDS, *scaling, "describe-scalable-targets", *NAMESPACE)
        some = ("--max-items", str(LATEST))
        yield query(order, DEEDS, *scaling, "describe-scaling-activities", *NAMESPACE, *some)


def groups(_: Order[EcsSettings], seen: Seen) -> Iterator[Group]:
    """Read the answers."""
    for found in (seen.get(SERVICES) or {}).get("services") or ():
        arn = str(found.get("serviceArn", ""))
        id = f"service/{arn.split('/')[-2]}/{found.get('serviceName')}" if "/" in arn else ""
        bound = _first((seen.get(BOUNDS) or {}).get("ScalableTargets"), id)
        deed = _first((seen.get(DEEDS) or {}).get("ScalingActivities"), id)
        running, pending = counted(found.get("runningCount")), counted(found.get("pendingCount"))
        yield Group(
            name=str(found.get("serviceName", "")),
            place=last_part(found.get("clusterArn")),
            status=_status(found, pending),
            running=running,
            target_size=counted(found.get("desiredCount")),
            least=counted(bound.get("MinCapacity")),
            most=counted(bound.get("MaxCapacity")),
            decision=_decision(bound, deed),
        )


def _services(seen: Seen) -> list[str]:
    """Give the ARNs of the services of the stack."""
    found = (seen.get(RESOURCES) or {}).get("StackResources") or ()
    ids = [str(one.get("PhysicalResourceId", "")) for one in found
           if one.get("ResourceType") == SERVICE_TYPE]  # fmt: skip
    return [id for id in ids if id.count("/") >= 2]


def _first(rows: Any, id: str) -> Mapping[str, Any]:
    """Give the first row of a service: the latest, as Amazon orders them."""
    return next((row for row in rows or () if row.get("ResourceId") == id), {})


def _status(found: Mapping[str, Any], pending: int | None) -> str:
    rollout = next(
        (one.get("rolloutState") for one in found.get("deployments") or ()
         if one.get("status") == "PRIMARY"), None,
    )  # fmt: skip
    words = [str(found.get("status", "")).lower()]
    words += [f"{pending} pending"] if pending else []
    words += [f"rollout {str(rollout).lower().replace('_', ' ')}"] if rollout else []
    return ", ".join(word for word in words if word)


def _decision(bound: Mapping[str, Any], deed: Mapping[str, Any]) -> str:
    if not bound:
        return "there is no autoscaling"
    if not deed:
        return "nothing was decided lately"
    code = str(deed.get("StatusCode", "")).lower()
    at = str(deed.get("StartTime", ""))[:19].replace("T", " ")
    words = f"{deed.get('Description', '')} {deed.get('Cause', '')}".strip()
    return f"{at} {words} ({code})".strip()[:600]

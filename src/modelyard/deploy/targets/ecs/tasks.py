"""The tasks: the same image as web, as worker, and once before both as migration."""

from typing import Any

from modelyard.deploy.targets.ecs.balancer import DRAIN_S, public_url
from modelyard.deploy.targets.ecs.data import data_environment, data_secrets
from modelyard.deploy.targets.ecs.parts import (
    MIGRATION_IMAGE,
    PORT,
    SERVING_IMAGE,
    Resources,
    Wish,
    attribute,
    ref,
    resource,
)

GRACE_S = 30
"""How long a task may take to end: it hands its runs over."""
PROBE = {
    "Command": ["CMD", "python", "-m", "modelyard.probe"],
    "Interval": 10,
    "Timeout": 5,
    "Retries": 3,
    "StartPeriod": 60,
}
MIGRATION_SIZE = (512, 1024)


def logs(wish: Wish) -> Resources:
    """Give the group that takes what tasks say, in streams `web`, `worker` and `migration`."""
    kept = {"LogGroupName": log_group(wish.name), "RetentionInDays": wish.settings.log_days}
    return {"Logs": resource("Logs::LogGroup", kept)}


def log_group(name: str) -> str:
    """Give the name of a deployment's log group."""
    return f"/modelyard/{name}"


def migration_task(wish: Wish) -> Resources:
    """Give the task that brings the database to the shape of a new image."""
    container = _container(wish, "migration", MIGRATION_IMAGE)
    container["Command"] = ["migrate", "--invite-owner"]
    return {"MigrationTask": _task(wish, container, *MIGRATION_SIZE)}


def web_task(wish: Wish) -> Resources:
    """Give the task that answers requests."""
    settings = wish.settings
    container = _container(wish, "web", SERVING_IMAGE)
    mapping = {"ContainerPort": PORT, "Protocol": "tcp"}
    if not settings.is_fargate:
        mapping["HostPort"] = 0
    container |= {
        "Command": ["serve"],
        "PortMappings": [mapping],
        "HealthCheck": PROBE,
    }
    return {"WebTask": _task(wish, container, settings.cpu, settings.memory_mib)}


def worker_task(wish: Wish) -> Resources:
    """Give the task that does runs; none where web tasks do them."""
    settings = wish.settings
    if settings.run_workers == 0:
        return {}
    container = _container(wish, "worker", SERVING_IMAGE)
    container["Command"] = ["worker"]
    size = (settings.run_worker_cpu, settings.run_worker_memory_mib)
    return {"WorkerTask": _task(wish, container, *size)}


def _task(wish: Wish, container: dict[str, Any], cpu: int, memory_mib: int) -> dict[str, Any]:
    is_fargate = wish.settings.is_fargate
    return resource(
        "ECS::TaskDefinition",
        {
            "Family": f"{wish.name}-{container['Name']}",
            "RequiresCompatibilities": ["FARGATE" if is_fargate else "EC2"],
            "NetworkMode": "awsvpc" if is_fargate else "bridge",
            "Cpu": str(cpu),
            "Memory": str(memory_mib),
            "ExecutionRoleArn": attribute("Arn", "StartingRole"),
            "TaskRoleArn": attribute("Arn", "TaskRole"),
            "ContainerDefinitions": [container | {"Memory": memory_mib}],
        },
    )


def _container(wish: Wish, name: str, image: str) -> dict[str, Any]:
    written = {
        "awslogs-group": ref("Logs"),
        "awslogs-region": ref("AWS::Region"),
        "awslogs-stream-prefix": name,
    }
    secrets = {**data_secrets(wish), **wish.secrets}
    return {
        "Name": name,
        "Image": ref(image),
        "Essential": True,
        "StopTimeout": GRACE_S,
        "LinuxParameters": {"InitProcessEnabled": True},
        "LogConfiguration": {"LogDriver": "awslogs", "Options": written},
        "Environment": [{"Name": key, "Value": value} for key, value in _variables(wish).items()],
        "Secrets": [{"Name": key, "ValueFrom": value} for key, value in sorted(secrets.items())],
    }


def _variables(wish: Wish) -> dict[str, Any]:
    settings = wish.settings
    return {
        **data_environment(wish),
        "AWS_REGION": ref("AWS::Region"),
        "MODELYARD_DRAIN_S": str(DRAIN_S // 3),
        "MODELYARD_LOG": "json",
        "MODELYARD_PROXIES": "1",
        "MODELYARD_PUBLIC_URL": public_url(wish),
        "MODELYARD_RUN_WORKERS": "0" if settings.run_workers else "1",
        "MODELYARD_THREADS": str(settings.threads),
        "MODELYARD_WORKERS": str(settings.processes),
        "PORT": str(PORT),
        **settings.environment,
    }

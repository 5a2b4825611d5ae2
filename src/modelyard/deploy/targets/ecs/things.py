"""The things of the stack as people call them, and by which rights each is made."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from modelyard.deploy.plan import Action, Change
from modelyard.deploy.targets.ecs.parts import Wish
from modelyard.deploy.targets.ecs.stack import Template

RIGHTS = "rights.json"
MAKING = re.compile(
    r":(Create(?!Tags|OrUpdate)|Register|Authorize|PassRole|PutScaling|Request|ChangeRes|Associate|Attach)"
)
NEVER_USED = frozenset(
    {
        "ec2:AssociateSubnetCidrBlock",
        "ec2:AttachVpnGateway",
        "ec2:CreateVpcEncryptionControl",
        "logs:AssociateKmsKey",
        "logs:CreateLogDelivery",
        "rds:CreateDBInstanceReadReplica",
        "s3:CreateBucketMetadataTableConfiguration",
    }
)
"""Rights for features that our templates do not use."""
CALLS = (
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeStackResources",
    "cloudformation:DescribeStacks",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:GetTemplate",
    "cloudformation:GetTemplateSummary",
    "cloudformation:TagResource",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecs:DescribeServices",
    "secretsmanager:DescribeSecret",
    "ssm:DeleteParameter",
    "ssm:GetParameter",
    "ssm:PutParameter",
)
"""What aws itself is used for at every deployment."""


@dataclass(frozen=True)
class Thing:
    """Some things of the stack that belong together."""

    label: str
    names: tuple[str, ...]
    """How their names in the stack begin."""

    def owns(self, name: str) -> bool:
        """Tell whether a name of the stack is one of these."""
        return name in self.names


ZONES = ("A", "B")
THINGS = (
    Thing(
        "network",
        (
            *("Network", "Gateway", "GatewayAttachment", "Routes", "WayOut"),
            *(f"{kind}Subnet{zone}" for kind in ("Task", "Data") for zone in ZONES),
            *(f"TaskSubnet{zone}Routes" for zone in ZONES),
        ),
    ),
    Thing("database", ("Database", "DatabasePassword", "DatabaseSubnets", "DataGroup")),
    Thing("bucket", ("Blobs",)),
    Thing("repository", ("Repository",)),
    Thing(
        "rules of who speaks to whom",
        ("BalancerGroup", "TaskGroup", "TasksFromBalancer", "DataFromTasks"),
    ),
    Thing("load balancer", ("Balancer", "Web", "OpenWeb", "Listener", "SecureListener")),
    Thing("name", ("Address", "Certificate")),
    Thing("roles", ("StartingRole", "TaskRole")),
    Thing("logs", ("Logs",)),
    Thing("cluster", ("Cluster",)),
    Thing(
        "machines",
        (
            "MachineRole",
            "MachineProfile",
            "Machine",
            "MachineGroup",
            "Machines",
            "MachinesOfCluster",
        ),
    ),
    Thing("migration", ("MigrationTask",)),
    Thing("web", ("WebTask", "WebService")),
    Thing("worker", ("WorkerTask", "WorkerService")),
    Thing("autoscaling", ("WebTasks", "ByProcessor", "ByRequests")),
)


def compared(wish: Wish, before: Template, after: Template) -> Iterator[Change]:
    """Say for each thing what becomes of it; the stack's own steps do it."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    for thing in THINGS:
        was = {name: old[name] for name in old if thing.owns(name)}
        will = {name: new[name] for name in new if thing.owns(name)}
        if not (was or will):
            continue
        action: Action = "update"
        if was == will:
            action = "keep"
        elif not was:
            action = "create"
        elif not will:
            action = "delete"
        kinds = {entry["Type"] for entry in (was | will).values()}
        rights = () if action == "keep" else rights_of(kinds)
        yield Change(thing.label, action, _words(thing.label, wish, action), (), rights)


def rights_of(kinds: Iterable[str]) -> tuple[str, ...]:
    """Give the rights to make things of these kinds; `rights` has those to look and remove too."""
    known = rights()
    making = {right for kind in kinds for right in known[kind] if MAKING.search(right)}
    return tuple(sorted(making - NEVER_USED))


@cache
def rights() -> dict[str, list[str]]:
    """Give the rights by kind, as CloudFormation's own registry lists them."""
    text = resources.files(__package__).joinpath(RIGHTS).read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return found


def _words(label: str, wish: Wish, action: Action) -> str:
    settings = wish.settings
    if action == "delete":
        return "it is not wanted any more"
    kind = "Fargate" if settings.is_fargate else settings.machine
    standby = ", with a second that stands ready" if settings.database_standby else ""
    reach = (
        "everybody on the internet" if wish.is_public
        else "only " + ", ".join(settings.allow_from) if settings.allow_from
        else "only private networks: it has no address on the internet"
    )  # fmt: skip
    signals = [f"{settings.target_cpu:.0%} of the processors"] if settings.target_cpu else []
    if settings.requests_per_instance:
        signals.append(f"{settings.requests_per_instance:g} requests per second and task")
    words = {
        "network": "two zones; the database stands where no way leads out",
        "database": f"Postgres {settings.database_version} on {settings.database_class}, "
        f"{settings.database_gib} GiB{standby}; its password is made there, and shown to nobody",
        "bucket": "files of runs and models",
        "repository": "images; a tag never moves to another image",
        "rules of who speaks to whom": "balancer to tasks, tasks to database, by group",
        "load balancer": f"the one address; reached by {reach}",
        "name": f"{settings.domain}, and its certificate where none is named",
        "roles": "tasks may read their own secrets and files, and nothing else",
        "logs": f"what the tasks say, for {settings.log_days} days",
        "cluster": "where the tasks run",
        "machines": f"1 to {settings.max_machines} of {settings.machine}, as the tasks need them",
        "migration": "brings the database to the shape of an image, before it is served",
        "web": f"tasks with {settings.cpu} cpu units and {settings.memory_mib} MiB on "
        f"{kind}; replaced without a gap, and turned back where they do not become healthy",
        "worker": f"{settings.run_workers} with {settings.run_worker_memory_mib} MiB, for runs",
        "autoscaling": f"{settings.min_instances} to {settings.max_instances} web tasks"
        + (f", by {' and '.join(signals)}" if settings.max_instances > settings.min_instances
           else ""),
    }  # fmt: skip
    return words[label]

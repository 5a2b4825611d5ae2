"""The steps of a deployment: image, stack, migration."""

import json

from modelyard.deploy.source import DIGEST, push_steps
from modelyard.deploy.steps import Command, Plan, Step, Wait, later
from modelyard.deploy.targets.ecs.aws import EcsOrder, argv, command, stack_name
from modelyard.deploy.targets.ecs.migrating import has_ended
from modelyard.errors import Unavailable

CLUSTER, REQUEST, TASK, PASSWORD = "cluster", "migration", "task", "registry password"
GONE_S = 3600.0
"""How long a database may take to be removed."""
MIGRATION_S = 1800.0


def image_steps(order: EcsOrder, name: str) -> Plan:
    """Build the image, push it, and learn its digest."""
    host = name.partition("/")[0]
    signing = command(
        order, "get the registry's password, for twelve hours", "ecr", "get-login-password",
        output="text", gives=PASSWORD,
    )  # fmt: skip
    login = Command(
        ("docker", "login", "--username", "AWS", "--password-stdin", host),
        "sign docker in to the registry",
        stdin=later(PASSWORD),
        is_secret=True,
    )
    learn = command(
        order,
        "learn the digest of what was pushed",
        *("ecr", "describe-images", "--repository-name", order.name),
        *("--image-ids", f"imageTag={order.source.tag}"),
        *("--query", "imageDetails[0].imageDigest"),
        output="text",
        gives=DIGEST,
    )
    source = order.source
    return (*source.build_steps(name), signing, login, *push_steps(name, source.tag), learn)


def migration_steps(order: EcsOrder) -> tuple[Step, ...]:
    """Run the migration once, and wait for its end."""
    stack = ("--stack-name", stack_name(order.name))
    described = ("cloudformation", "describe-stack-resources", *stack, "--query")
    ask = "find the cluster, the task and its network by their names in the stack"
    return (
        command(order, ask, *described, request_query(order), output="text", gives=REQUEST),
        command(order, "find the cluster", *described, _id("Cluster"), output="text",
                gives=CLUSTER),
        command(
            order,
            "bring the database to the shape of the new image",
            *("ecs", "run-task", "--cli-input-json", later(REQUEST)),
            *("--query", "tasks[0].taskArn"),
            output="text",
            gives=TASK,
        ),
        Wait(
            argv(order, "ecs", "describe-tasks", "--cluster", later(CLUSTER),
                 "--tasks", later(TASK)),
            "have the migration end well",
            has_ended,
            MIGRATION_S,
        ),
    )  # fmt: skip


def request_query(order: EcsOrder) -> str:
    """Give the query (JMESPath) that makes the migration's request of the stack's things."""
    parts = [f"cluster: {_id('Cluster')}", f"taskDefinition: {_id('MigrationTask')}"]
    parts.append(f"startedBy: '{order.name}'")
    if not order.settings.is_fargate:
        provider = f"[{{capacityProvider: {_id('Machines')}}}]"
        return f"to_string({{{', '.join([*parts, f'capacityProviderStrategy: {provider}'])}}})"
    subnets = (
        f"`{json.dumps(list(order.settings.subnets))}`"
        if order.settings.subnets
        else f"[{_id('TaskSubnetA')}, {_id('TaskSubnetB')}]"
    )
    given = "ENABLED" if order.settings.addresses == "external" else "DISABLED"
    network = (
        f"{{awsvpcConfiguration: {{subnets: {subnets}, "
        f"securityGroups: [{_id('TaskGroup')}], assignPublicIp: '{given}'}}}}"
    )
    parts += ["launchType: 'FARGATE'", f"networkConfiguration: {network}"]
    return f"to_string({{{', '.join(parts)}}})"


def _id(name: str) -> str:
    return f"StackResources[?LogicalResourceId=='{name}'].PhysicalResourceId | [0]"


def removal_steps(order: EcsOrder) -> tuple[Step, ...]:
    """Remove the stack, and wait until it is gone."""
    stack = ("--stack-name", stack_name(order.name))
    return (
        command(order, "remove the stack", "cloudformation", "delete-stack", *stack),
        Wait(
            argv(order, "cloudformation", "describe-stacks", *stack),
            "have the stack gone",
            is_gone,
            GONE_S,
        ),
    )


def repair_steps(order: EcsOrder) -> tuple[Step, ...]:
    """Have a way back completed that broke off."""
    stack = ("--stack-name", stack_name(order.name))
    again = ("cloudformation", "continue-update-rollback", *stack)
    return (
        command(order, "go on with the way back that broke off", *again),
        Wait(
            argv(order, "cloudformation", "describe-stacks", *stack),
            "have the stack whole again",
            is_whole,
            GONE_S,
        ),
    )


def is_gone(answer: object) -> bool:
    """Tell whether a stack is gone. Raises Unavailable where it will not go."""
    stack = _stack_in(answer)
    status = str(stack.get("StackStatus", "")) if stack else ""
    if status == "DELETE_FAILED":
        reason = str(stack.get("StackStatusReason", "")) or "Amazon does not say why"
        raise Unavailable("stack", f"could not be removed: {reason[:300]}.")
    return not stack or status == "DELETE_COMPLETE"


def is_whole(answer: object) -> bool:
    """Tell whether a stack is whole again. Raises Unavailable where it broke again."""
    stack = _stack_in(answer)
    status = str(stack.get("StackStatus", ""))
    if status.endswith("_FAILED"):
        raise Unavailable(
            "stack", f"is {status}.", "See its events in the console of CloudFormation."
        )
    return status.endswith("_COMPLETE")


def _stack_in(answer: object) -> dict[str, object]:
    found = answer.get("Stacks") if isinstance(answer, dict) else None
    return found[0] if found else {}

"""How aws is called: with the region said each time, answering in JSON, never in a pager."""

from typing import Any

from modelyard.deploy.cloud import Query
from modelyard.deploy.naming import LABEL
from modelyard.deploy.steps import Command, Plan, WriteFile
from modelyard.deploy.target import Order
from modelyard.deploy.targets.ecs.stack import Template, template_text
from modelyard.workspace.deploying.ecs import EcsSettings

EcsOrder = Order[EcsSettings]
TEMPLATE_FILE = ".modelyard/deploy/ecs.json"
"""Where the template is written, in the workspace's folder; it never goes into an image."""
NO_PAGER = {"AWS_PAGER": ""}
CAPABILITY = "CAPABILITY_IAM"
"""CloudFormation's word for a template that makes roles."""


def stack_name(name: str) -> str:
    """Give the name of a deployment's stack."""
    return f"modelyard-{name}"


def lock_name(name: str) -> str:
    """Give the parameter of the Parameter Store that one of two people holds."""
    return f"/modelyard/{name}/lock"


def argv(order: EcsOrder, *words: str, output: str = "json") -> tuple[str, ...]:
    """Give a command of aws in the deployment's region."""
    return ("aws", *words, "--region", order.settings.region, "--output", output)


def query(order: EcsOrder, key: str, *words: str) -> Query:
    """Give a question."""
    return Query(key, argv(order, *words))


def command(order: EcsOrder, why: str, *words: str, **more: Any) -> Command:
    """Give a step."""
    output = more.pop("output", "json")
    return Command(argv(order, *words, output=output), why, environ=NO_PAGER, **more)


def deploy_stack(
    order: EcsOrder, why: str, template: Template, images: dict[str, str] | None = None
) -> Plan:
    """Bring the stack to a template; aws waits until that is done, or undone again."""
    given = [f"{name}={value}" for name, value in (images or {}).items()]
    overrides = ("--parameter-overrides", *given) if given else ()
    folder = order.source.folder
    written = WriteFile(
        folder / TEMPLATE_FILE, template_text(template), "aws takes the template of a file alone"
    )
    step = command(
        order,
        why,
        *("cloudformation", "deploy", "--stack-name", stack_name(order.name)),
        *("--template-file", TEMPLATE_FILE, "--capabilities", CAPABILITY),
        *("--no-fail-on-empty-changeset", "--tags", f"{LABEL}={order.name}", *overrides),
        folder=folder,
    )
    return (written, step)


def registry(order: EcsOrder, account: str) -> str:
    """Give the host of the account's images."""
    region = order.settings.region
    ending = ".cn" if region.startswith("cn-") else ""
    return f"{account}.dkr.ecr.{region}.amazonaws.com{ending}"

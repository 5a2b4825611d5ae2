"""Amazon ECS: one CloudFormation stack holds all, and is asked for all."""

from collections.abc import Iterable

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.lock import lock_text
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.steps import Command
from modelyard.deploy.target import Line, Lock
from modelyard.deploy.targets.ecs import planning, standing, status
from modelyard.deploy.targets.ecs.aws import EcsOrder, argv, command, lock_name
from modelyard.workspace.deploying.ecs import EcsSettings


class Ecs:
    """The workspace on Amazon ECS."""

    name = "ecs"
    title = "ECS"
    settings_type = EcsSettings
    required = ("region",)
    platform = "ecs"

    def questions(self, order: EcsOrder, seen: Seen) -> Iterable[Query]:
        """Say what must be known."""
        return standing.questions(order, seen)

    def plan_up(self, order: EcsOrder, seen: Seen) -> DeployPlan:
        """Say how the wanted state is reached."""
        return planning.plan_up(order, seen)

    def plan_rollback(self, order: EcsOrder, seen: Seen) -> DeployPlan:
        """Say how the image before comes back."""
        return planning.plan_rollback(order, seen)

    def plan_destroy(self, order: EcsOrder, seen: Seen, with_data: bool) -> DeployPlan:
        """Say how all is removed."""
        return planning.plan_destroy(order, seen, with_data)

    def lock(self, order: EcsOrder) -> Lock:
        """Give the lock: a parameter that only one can make."""
        name = ("--name", lock_name(order.name))
        value = ("--value", lock_text(order.who, order.name), "--type", "String")
        return Lock(
            command(order, "keep others from deploying meanwhile", "ssm", "put-parameter", *name,
                    *value, gives="lock"),
            Query("lock", argv(order, "ssm", "get-parameter", *name,
                               "--query", "Parameter.Value", output="text")),
            command(order, "let others deploy again", "ssm", "delete-parameter", *name),
        )  # fmt: skip

    def status(self, order: EcsOrder, seen: Seen) -> tuple[Line, ...]:
        """Say what runs, where, by which image."""
        return status.lines(order, seen)

    def logs(self, order: EcsOrder, lines: int, follow: bool) -> Command:
        """Give the command that shows what the tasks say."""
        return status.logs(order, lines, follow)


TARGET = Ecs()

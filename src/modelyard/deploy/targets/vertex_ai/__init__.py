"""Vertex AI: the image as a custom container behind an endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google import bucket
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.steps import Command
from modelyard.deploy.target import Line, Lock, Order
from modelyard.deploy.targets.vertex_ai import planning, told
from modelyard.deploy.targets.vertex_ai.names import Names
from modelyard.workspace.deploying.vertex_ai import VertexAiSettings

VertexOrder = Order[VertexAiSettings]


@dataclass(frozen=True)
class VertexAi:
    """The target."""

    name: str = "vertex_ai"
    title: str = "Vertex AI"
    settings_type: type[VertexAiSettings] = VertexAiSettings
    required: tuple[str, ...] = ("project", "region")
    platform: str = "vertex"

    def questions(self, order: VertexOrder, seen: Seen) -> Iterable[Query]:
        """Say what must be known."""
        return planning.questions(Names(order), seen)

    def plan_up(self, order: VertexOrder, seen: Seen) -> DeployPlan:
        """Say how the wanted state is reached."""
        return planning.plan_up(Names(order), seen)

    def plan_rollback(self, order: VertexOrder, seen: Seen) -> DeployPlan:
        """Say how the previous image comes back."""
        return planning.plan_rollback(Names(order), seen)

    def plan_destroy(self, order: VertexOrder, seen: Seen, with_data: bool) -> DeployPlan:
        """Say how all that is ours is removed."""
        return planning.plan_destroy(Names(order), seen, with_data)

    def lock(self, order: VertexOrder) -> Lock:
        """Give the lock of this deployment."""
        return bucket.lock(order.settings.project, order)

    def status(self, order: VertexOrder, seen: Seen) -> tuple[Line, ...]:
        """Say what runs, where, by which image."""
        return told.status(Names(order), seen)

    def logs(self, order: VertexOrder, lines: int, follow: bool) -> Command:
        """Give the command that shows what the service says."""
        return told.logs(Names(order), lines, follow)


TARGET = VertexAi()

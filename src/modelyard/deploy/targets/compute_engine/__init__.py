"""Compute Engine: groups of machines behind one load balancer."""

from collections.abc import Iterable
from dataclasses import dataclass

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google import bucket
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.steps import Command
from modelyard.deploy.target import Line, Lock
from modelyard.deploy.targets.compute_engine import down, told, up
from modelyard.deploy.targets.compute_engine.basis import EngineOrder
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings


@dataclass(frozen=True)
class ComputeEngine:
    """The target."""

    name: str = "compute_engine"
    title: str = "Compute Engine"
    settings_type: type[ComputeEngineSettings] = ComputeEngineSettings
    required: tuple[str, ...] = ("project", "regions")
    platform: str = "compute_engine"

    def questions(self, order: EngineOrder, seen: Seen) -> Iterable[Query]:
        """Say what must be known."""
        return up.questions(order, seen)

    def plan_up(self, order: EngineOrder, seen: Seen) -> DeployPlan:
        """Say how the wanted state is reached."""
        return up.plan(order, seen)

    def plan_rollback(self, order: EngineOrder, seen: Seen) -> DeployPlan:
        """Say how the previous image comes back."""
        return down.rollback(order, seen)

    def plan_destroy(self, order: EngineOrder, seen: Seen, with_data: bool) -> DeployPlan:
        """Say how all that is ours is removed."""
        return down.destroy(order, seen, with_data)

    def lock(self, order: EngineOrder) -> Lock:
        """Give the lock of this deployment."""
        return bucket.lock(order.settings.project, order)

    def status(self, order: EngineOrder, seen: Seen) -> tuple[Line, ...]:
        """Say what runs, where, by which image."""
        return told.status(order, seen)

    def logs(self, order: EngineOrder, lines: int, follow: bool) -> Command:
        """Give the command that shows what the service says."""
        return told.logs(order, lines, follow)


TARGET = ComputeEngine()

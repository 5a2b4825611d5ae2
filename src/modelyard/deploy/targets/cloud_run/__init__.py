"""Cloud Run: the image as a service, with a worker pool, a database and a bucket."""

from collections.abc import Iterable

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google import bucket
from modelyard.deploy.google.gcloud import gcloud
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.steps import Command
from modelyard.deploy.target import Line, Lock, Order
from modelyard.deploy.targets.cloud_run import looking, planning
from modelyard.deploy.targets.cloud_run.names import Names
from modelyard.deploy.targets.cloud_run.shown import status_lines
from modelyard.workspace.deploying.cloud_run import CloudRunSettings

__all__ = ["TARGET", "CloudRun"]


class CloudRun:
    """See `Target`."""

    name = "cloud_run"
    title = "Cloud Run"
    settings_type = CloudRunSettings
    required = ("project", "region")
    platform = "cloud_run"

    def questions(self, order: Order[CloudRunSettings], seen: Seen) -> Iterable[Query]:
        """Say what must be known."""
        return looking.questions(Names(order), seen)

    def plan_up(self, order: Order[CloudRunSettings], seen: Seen) -> DeployPlan:
        """Say how the wished state is reached."""
        return planning.plan_up(Names(order), seen)

    def plan_rollback(self, order: Order[CloudRunSettings], seen: Seen) -> DeployPlan:
        """Say how the image before comes back."""
        return planning.plan_rollback(Names(order), seen)

    def plan_destroy(
        self, order: Order[CloudRunSettings], seen: Seen, with_data: bool
    ) -> DeployPlan:
        """Say how all goes that is this deployment's."""
        return planning.plan_destroy(Names(order), seen, with_data)

    def lock(self, order: Order[CloudRunSettings]) -> Lock:
        """Give the lock: an object in the bucket."""
        return bucket.lock(order.settings.project, order)

    def status(self, order: Order[CloudRunSettings], seen: Seen) -> tuple[Line, ...]:
        """Say what runs."""
        return status_lines(Names(order), seen)

    def logs(self, order: Order[CloudRunSettings], lines: int, follow: bool) -> Command:
        """Give the command that shows what the service says."""
        names = Names(order)
        where = (names.name, names.where)
        if follow:
            tail = ("beta", "run", "services", "logs", "tail")
            return gcloud(names.project, "follow what it says", *tail, *where)
        read = ("run", "services", "logs", "read")
        return gcloud(names.project, "see what it said", *read, *where, f"--limit={lines}")


TARGET = CloudRun()

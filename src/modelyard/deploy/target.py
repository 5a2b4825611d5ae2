"""What a place to deploy to must be able to say. It starts nothing: it gives plans as data."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.source import ImageSource
from modelyard.deploy.steps import Command

SettingsOf = TypeVar("SettingsOf", bound=msgspec.Struct)


@dataclass(frozen=True)
class Order(Generic[SettingsOf]):
    """What is to be deployed, and how."""

    name: str
    """The deployment's name, from which all names are made: small letters, digits, dashes."""
    settings: SettingsOf
    source: ImageSource
    """The image: built of the folder, or one that was pushed before."""
    who: str = ""
    """Who deploys, and from where: 'ana on laptop'."""
    fresh_password: str = field(default="", repr=False)
    """For a database that is made now. Given, so that plans depend on nothing else."""
    is_public: bool = False


@dataclass(frozen=True)
class Lock:
    """What keeps two people from deploying at once: taken by one atomic command."""

    take: Command
    """Fails with Conflict where somebody holds it."""
    holder: Query
    """Tells who holds it: what `take` wrote."""
    release: Command


@dataclass(frozen=True)
class Line:
    """One line of what `status` shows."""

    label: str
    value: str


class Target(Protocol):
    """A place to deploy to."""

    name: str
    """As on the command line and in modelyard.toml: `cloud_run`."""
    title: str
    """As people call it: 'Cloud Run'."""
    settings_type: type[Any]
    """The struct of its section."""
    required: tuple[str, ...]
    """Keys that must be set, in modelyard.toml or in .env."""
    platform: str
    """The platform of the doctor whose contract the image must keep; empty for none."""

    def questions(self, order: Order[Any], seen: Seen) -> Iterable[Query]:
        """Say what must be known, given what is known already."""
        ...

    def plan_up(self, order: Order[Any], seen: Seen) -> DeployPlan:
        """Say how the wanted state is reached. Raises Conflict for what is somebody else's."""
        ...

    def plan_rollback(self, order: Order[Any], seen: Seen) -> DeployPlan:
        """Say how the previous image comes back. Raises NotFound where there is none."""
        ...

    def plan_destroy(self, order: Order[Any], seen: Seen, with_data: bool) -> DeployPlan:
        """Say how all that is ours is removed; the database and blobs stay unless `with_data`."""
        ...

    def lock(self, order: Order[Any]) -> Lock:
        """Give the lock of this deployment."""
        ...

    def status(self, order: Order[Any], seen: Seen) -> tuple[Line, ...]:
        """Say what runs, where, by which image."""
        ...

    def logs(self, order: Order[Any], lines: int, follow: bool) -> Command:
        """Give the command that shows what the service says."""
        ...

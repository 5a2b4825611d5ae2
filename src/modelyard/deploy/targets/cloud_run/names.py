"""What the things of a deployment are called, all after its name."""

from dataclasses import dataclass
from typing import Any

from modelyard.deploy.cloud import Seen
from modelyard.deploy.google import account, apis, bucket
from modelyard.deploy.google.database import CloudSql
from modelyard.deploy.google.registry import Registry
from modelyard.deploy.target import Order
from modelyard.workspace.deploying.cloud_run import CloudRunSettings


@dataclass(frozen=True)
class Names:
    """A deployment, and where it is."""

    order: Order[CloudRunSettings]

    @property
    def settings(self) -> CloudRunSettings:
        """What was wished."""
        return self.order.settings

    @property
    def project(self) -> str:
        """The project's ID."""
        return self.settings.project

    @property
    def region(self) -> str:
        """Where all of it is."""
        return self.settings.region

    @property
    def name(self) -> str:
        """The deployment's name, which is the service's too."""
        return self.order.name

    @property
    def pool(self) -> str:
        """The worker pool's name."""
        return f"{self.name}-worker"

    @property
    def where(self) -> str:
        """The option that says where."""
        return f"--region={self.region}"

    @property
    def registry(self) -> Registry:
        """Where the images are."""
        return Registry(self.project, self.region, self.name)

    @property
    def database(self) -> CloudSql:
        """The database of its own, where one is wished."""
        wished = self.settings
        return CloudSql(
            self.project, self.region, self.name, wished.database_tier, wished.database_disk_gib,
            self.order.fresh_password,
        )  # fmt: skip

    @property
    def account(self) -> str:
        """The address of the service account."""
        return account.email(self.project, self.name)

    @property
    def member(self) -> str:
        """The service account, as policies name it."""
        return account.member(self.project, self.name)

    @property
    def bucket(self) -> str:
        """The address of the bucket."""
        return bucket.url(self.project, self.name)

    @property
    def secrets(self) -> dict[str, str]:
        """Variables by name with the secret that has the value of each."""
        wished = dict(self.settings.secrets)
        if self.settings.database == "cloud_sql":
            wished["MODELYARD_DATABASE_URL"] = self.database.secret
        if self.settings.database == "secret":
            wished["MODELYARD_DATABASE_URL"] = self.settings.database_secret
        return wished

    @property
    def own_secret(self) -> str:
        """The secret that this deployment makes; empty where it makes none."""
        return self.database.secret if self.settings.database == "cloud_sql" else ""

    @property
    def is_public(self) -> bool:
        """Whether everybody may ask the service."""
        return self.settings.public or self.order.is_public

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return f"project {self.project}, region {self.region}"


def address(names: Names, seen: Seen) -> str:
    """Give the address that people type: their own, else the one that Cloud Run makes of names."""
    if names.settings.public_url:
        return names.settings.public_url
    number = apis.project_number(seen)
    return f"https://{names.name}-{number}.{names.region}.run.app" if number else ""


def image_in(found: Any) -> str:
    """Give the image that a service or a worker pool runs; empty where there is none."""
    try:
        return str(found["spec"]["template"]["spec"]["containers"][0]["image"])
    except (KeyError, IndexError, TypeError):
        return ""

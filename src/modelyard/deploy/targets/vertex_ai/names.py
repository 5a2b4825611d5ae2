"""What a deployment on Vertex AI is called, and how its commands are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google import apis
from modelyard.deploy.google.gcloud import ask, gcloud
from modelyard.deploy.google.registry import Registry
from modelyard.deploy.google.things import mark_of
from modelyard.deploy.naming import LABEL
from modelyard.deploy.steps import Command
from modelyard.deploy.target import Order
from modelyard.workspace.deploying.vertex_ai import VertexAiSettings

API = "aiplatform.googleapis.com"
APIS = (API, "artifactregistry.googleapis.com", "logging.googleapis.com", "storage.googleapis.com")
ENDPOINT, MODELS = "endpoint", "models"
LARGEST_ID = 9_000_000_000
Found = Mapping[str, Any]


@dataclass(frozen=True)
class Names:
    """All names and commands of one deployment."""

    order: Order[VertexAiSettings]

    @property
    def settings(self) -> VertexAiSettings:
        """The settings."""
        return self.order.settings

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self.order.name

    @property
    def endpoint(self) -> str:
        """The endpoint's ID."""
        return f"{self.name}-yard"

    @property
    def registry(self) -> Registry:
        """Where the image is."""
        return Registry(self.settings.project, self.settings.region, self.name)

    @property
    def label(self) -> str:
        """The label of all that is ours."""
        return mark_of(self.name)

    @property
    def place(self) -> str:
        """Project and region."""
        return f"project {self.settings.project}, region {self.settings.region}"

    def release(self, seen: Seen) -> str:
        """Give the ID of the wanted release: of all that decides how it answers."""
        source, settings = self.order.source, self.settings
        parts = (
            source.tag or self.registry.image_of(source, seen),
            settings.machine,
            f"{settings.min_replicas}-{settings.max_replicas}-{settings.target_cpu_percent}",
            *(f"{name}={value}" for name, value in sorted(settings.environment.items())),
        )
        return f"{self.name}-{sha256(chr(0).join(parts).encode()).hexdigest()[:10]}"

    def ai(self, why: str, *words: str) -> Command:
        """Give a step."""
        return gcloud(self.settings.project, why, "ai", *words, f"--region={self.settings.region}")

    def questions(self, seen: Seen) -> tuple[Query, ...]:
        """Ask for the endpoint and the releases."""
        if not apis.is_enabled(seen, API):
            return ()
        where, project = f"--region={self.settings.region}", self.settings.project
        rule = f"--filter=labels.{LABEL}={self.name}"
        return (
            ask(project, ENDPOINT, "ai", "endpoints", "describe", self.endpoint, where),
            ask(project, MODELS, "ai", "models", "list", where, rule),
        )


def id_of(release: str) -> str:
    """Give the number by which the endpoint knows a release: Vertex AI takes ten digits."""
    return str(1_000_000_000 + int(sha256(release.encode()).hexdigest(), 16) % LARGEST_ID)


def last_part(name: Any) -> str:
    """Give the ID at the end of a resource's name, without its version."""
    return str(name or "").rpartition("/")[2].partition("@")[0]


def releases(names: Names, seen: Seen) -> list[Found]:
    """Give the models of this deployment, the newest first."""
    found = [one for one in seen.get(MODELS) or () if _label(one) == names.name]
    return sorted(found, key=lambda one: str(one.get("createTime")), reverse=True)


def deployed(seen: Seen) -> list[Found]:
    """Give what is deployed at the endpoint, the newest first."""
    found = (seen.get(ENDPOINT) or {}).get("deployedModels") or ()
    return sorted(found, key=lambda one: str(one.get("createTime")), reverse=True)


def traffic(seen: Seen) -> dict[str, int]:
    """Give the share of each deployed release, in percent."""
    split = (seen.get(ENDPOINT) or {}).get("trafficSplit") or {}
    return {str(name): int(share) for name, share in split.items() if int(share)}


def image_in(model: Found) -> str:
    """Give the image of a release."""
    return str((model.get("containerSpec") or {}).get("imageUri") or "")


def _label(found: Found) -> str:
    return str((found.get("labels") or {}).get(LABEL) or "")

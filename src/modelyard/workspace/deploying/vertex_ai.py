"""`[deploy.vertex_ai]`: the image as a custom container that answers predictions."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from modelyard.workspace.deploying.cloud_run import Project, Region
from modelyard.workspace.deploying.settings import Contradiction, TargetSettings

Replicas = Annotated[int, msgspec.Meta(ge=1, le=100)]
MACHINE = re.compile(r"[a-z][a-z0-9]*-[a-z]+(-[0-9]+[a-z]*)*")


class VertexAiSettings(TargetSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the section may say."""

    project: Project = ""
    """The Google Cloud project's ID. Often in .env: VERTEX_AI_PROJECT."""
    region: Region = ""
    """Such as europe-west4."""
    build: Literal["docker", "cloud_build"] = "docker"
    """Where the image is built."""
    machine: str = "n1-standard-2"
    min_replicas: Replicas = 1
    """The fewest machines of a release: Vertex AI has no fewer than one."""
    max_replicas: Replicas = 2
    target_cpu_percent: Annotated[int, msgspec.Meta(ge=1, le=100)] = 60
    """The use of the processors that the autoscaler aims at."""
    traffic_percent: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100
    """The share of the requests that a new release gets; the one before keeps the rest."""
    releases_kept: Annotated[int, msgspec.Meta(ge=2, le=50)] = 5
    """To so many releases one can go back; the models of older ones are removed."""
    start_s: Annotated[int, msgspec.Meta(ge=60, le=3600)] = 1800
    """How long a release may take until it answers."""

    def contradictions(self) -> Iterator[Contradiction]:
        """Give what does not go together."""
        yield from TargetSettings.contradictions(self)
        if self.min_replicas > self.max_replicas:
            why = f"is more than max_replicas, {self.max_replicas}."
            yield Contradiction("min_replicas", why)
        if not MACHINE.fullmatch(self.machine):
            yield Contradiction("machine", "is no type of machine.", "Such as n1-standard-2.")
        if self.secrets:
            why = "is not for Vertex AI: it gives containers no secrets."
            cure = "Take Cloud Run or Compute Engine for a service that needs them."
            yield Contradiction("secrets", why, cure)
        for name, value in self.environment.items():
            if name.startswith("AIP_"):
                yield Contradiction("environment", f"{name} is set by Vertex AI.")
            if "," in value or not value.isprintable():
                why = f"{name} has a comma, or several lines."
                yield Contradiction("environment", why, "gcloud cannot hand that on.")

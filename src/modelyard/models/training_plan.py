"""What a training is to do, written down when it is asked for."""

from typing import Any

import msgspec

from modelyard.errors import NotFound
from modelyard.models.version import CHAMPION, Model, Version
from modelyard.workspace.training import TrainConfig

KIND = "train"
"""What runs that train are called."""


class Pinned(msgspec.Struct, frozen=True, kw_only=True):
    """The version with which the new one is compared."""

    number: int
    sha256: str
    digest: str


class TrainingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the process which trains must know, as it stood in modelyard.toml."""

    config: TrainConfig
    served: Pinned | None = None
    """What is served at present; None where there is nothing yet."""
    champion_tag: str = ""
    """What `champion` pointed to, and since when; it is promoted only from there."""
    trusted: tuple[str, ...] = ()
    """The modules that models may import besides the list."""
    sidecar: str = ""
    """What `models/NAME.toml` says."""


class TrainRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A model trained again, as modelyard.toml says in its `train` section."""

    model: str
    parameters: dict[str, Any] = {}
    """Instead of those in modelyard.toml, by name."""
    plan: TrainingPlan | None = None
    """Filled in when the run is asked for; what is sent is not looked at."""


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """A model that was trained, and kept; so that it is not trained twice."""

    sha256: str
    bytes: int
    file_name: str
    code: dict[str, str]
    """The SHA-256 of each file of the workspace that was imported."""


def pinned(version: Version | None) -> Pinned | None:
    """Name a version for those who may not ask the database."""
    if version is None:
        return None
    return Pinned(number=version.number, sha256=version.sha256, digest=version.digest)


def champion_tag(model: Model | None) -> str:
    """Give the tag of what a model's champion is; empty where it is not set."""
    return "" if model is None else model.tag_of(CHAMPION)


def not_trained(name: str) -> NotFound:
    """Say that modelyard.toml does not say how a model is trained."""
    cure = "docs/models.md has an example."
    return NotFound("request.model", f"modelyard.toml has no [models.{name}.train].", cure)

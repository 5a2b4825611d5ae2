"""`[deploy.TARGET]`: how the workspace is put on a cloud, one file per target."""

from typing import Any

import msgspec

from modelyard.errors import Invalid
from modelyard.workspace.deploying.cloud_run import CloudRunSettings
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings
from modelyard.workspace.deploying.ecs import EcsSettings
from modelyard.workspace.deploying.settings import Contradiction, TargetSettings
from modelyard.workspace.deploying.vertex_ai import VertexAiSettings
from modelyard.workspace.place import place
from modelyard.workspace.sections import read_section, refuse_unknown

__all__ = ["TARGETS", "Contradiction", "DeployConfig", "TargetSettings", "read_deploying"]

TARGETS: dict[str, type[TargetSettings]] = {
    "cloud_run": CloudRunSettings,
    "compute_engine": ComputeEngineSettings,
    "ecs": EcsSettings,
    "vertex_ai": VertexAiSettings,
}


class DeployConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The `[deploy]` section; a target that is not there has its defaults."""

    cloud_run: CloudRunSettings = CloudRunSettings()
    compute_engine: ComputeEngineSettings = ComputeEngineSettings()
    ecs: EcsSettings = EcsSettings()
    vertex_ai: VertexAiSettings = VertexAiSettings()


def read_deploying(text: str, section: object) -> DeployConfig:
    """Read `[deploy]` strictly; what contradicts itself is refused with its line."""
    if not isinstance(section, dict):
        raise Invalid(place(text, "deploy"), "must be made of [deploy.TARGET] sections.")
    refuse_unknown(text, ("deploy",), section, tuple(TARGETS))
    read: dict[str, Any] = {}
    for target, given in section.items():
        read[target] = read_section(text, ("deploy", target), given, TARGETS[target])
        for key, why, cure in read[target].contradictions():
            raise Invalid(place(text, "deploy", target, key), why, cure)
    return DeployConfig(**read)

"""The places to deploy to; each is one entry here, and one in `modelyard.cli.deploy`."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelyard.deploy.target import Target

TARGETS = {
    "cloud_run": "modelyard.deploy.targets.cloud_run",
    "compute_engine": "modelyard.deploy.targets.compute_engine",
    "ecs": "modelyard.deploy.targets.ecs",
    "vertex_ai": "modelyard.deploy.targets.vertex_ai",
}
"""By name, the module that has `TARGET`; it is loaded when it is asked for."""


def get_target(name: str) -> "Target":
    """Give a target by name."""
    found: Target = import_module(TARGETS[name]).TARGET
    return found

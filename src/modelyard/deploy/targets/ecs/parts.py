"""The words of CloudFormation templates, and what all parts of the stack are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modelyard.workspace.deploying.ecs import EcsSettings

Resources = dict[str, dict[str, Any]]
"""Things of the stack by their names in it."""
PORT = 8080
MIGRATION_IMAGE, SERVING_IMAGE = "MigrationImage", "ServingImage"
"""The parameters of the stack that name images, by digest."""
PREVIOUS_IMAGE = "PreviousImage"
"""The parameter that remembers what was served before, for the way back."""
DATABASE, PASSWORD, BLOBS = "Database", "DatabasePassword", "Blobs"


@dataclass(frozen=True)
class Wish:
    """What the stack is to be."""

    name: str
    settings: EcsSettings
    secrets: Mapping[str, str] = field(default_factory=dict)
    """ARNs of the secrets of the account that the tasks get, by the variable."""
    is_public: bool = False


def resource(kind: str, properties: Mapping[str, Any], **other: Any) -> dict[str, Any]:
    """Give one thing of the stack, of a kind such as `ECS::Cluster`."""
    return {"Type": f"AWS::{kind}", **other, "Properties": dict(properties)}


def ref(name: str) -> dict[str, str]:
    """Give what names a thing of the stack, or the value of a parameter."""
    return {"Ref": name}


def attribute(name: str, of: str) -> dict[str, list[str]]:
    """Give a value that a thing of the stack has once it is made."""
    return {"Fn::GetAtt": [of, name]}


def text(pattern: str, **given: Any) -> dict[str, Any]:
    """Give a text with `${Name}` for things of the stack, or for what is given by that name."""
    return {"Fn::Sub": [pattern, given] if given else pattern}


def named(wish: Wish, what: str) -> list[dict[str, str]]:
    """Give the tag that the console shows as a name; whose it is says the stack's own tag."""
    return [{"Key": "Name", "Value": f"{wish.name} {what}"}]

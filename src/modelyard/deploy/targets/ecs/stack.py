"""The stack as CloudFormation reads it: one template, at the stage a deployment has reached."""

import json
from enum import IntEnum
from typing import Any

from modelyard.deploy.targets.ecs.balancer import balancer, public_url
from modelyard.deploy.targets.ecs.data import data
from modelyard.deploy.targets.ecs.machines import machines
from modelyard.deploy.targets.ecs.network import groups, open_network
from modelyard.deploy.targets.ecs.parts import (
    MIGRATION_IMAGE,
    PREVIOUS_IMAGE,
    SERVING_IMAGE,
    Resources,
    Wish,
    resource,
)
from modelyard.deploy.targets.ecs.roles import roles
from modelyard.deploy.targets.ecs.scaling import scaling
from modelyard.deploy.targets.ecs.services import cluster, services
from modelyard.deploy.targets.ecs.tasks import logs, migration_task, web_task, worker_task

REPOSITORY = "Repository"
IMAGES_KEPT = 30
"""So many images can be gone back to; older ones are removed."""
Template = dict[str, Any]


class Stage(IntEnum):
    """How much of the stack there is. Each stage has what the ones before it have."""

    DATA = 0
    """Database, bucket, and the network around them: what `destroy` keeps."""
    GROUND = 1
    """All that needs no image; the place for images among it."""
    MIGRATION = 2
    """And the task that brings the database to the shape of the image."""
    SERVING = 3
    """And the services."""


def template(wish: Wish, stage: Stage) -> Template:
    """Give the template."""
    found: Template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Modelyard: the workspace {wish.name}.",
        "Resources": _resources(wish, stage),
    }
    images = _images(stage)
    if images:
        found["Parameters"] = {name: {"Type": "String"} for name in images}
    if stage == Stage.SERVING:
        found["Outputs"] = {
            "Address": {"Value": public_url(wish)},
            PREVIOUS_IMAGE: {"Value": {"Ref": PREVIOUS_IMAGE}},
        }
    return found


def template_text(found: Template) -> str:
    """Write a template, a thing on a line: the same template is the same text."""
    things = [
        f"  {json.dumps(name)}: {json.dumps(thing, sort_keys=True)}"
        for name, thing in sorted(found["Resources"].items())
    ]
    head = json.dumps({key: found[key] for key in found if key != "Resources"}, sort_keys=True)
    return f'{head[:-1]},\n "Resources": {{\n' + ",\n".join(things) + "\n }}\n"


def _images(stage: Stage) -> tuple[str, ...]:
    if stage == Stage.SERVING:
        return (MIGRATION_IMAGE, SERVING_IMAGE, PREVIOUS_IMAGE)
    return (MIGRATION_IMAGE,) if stage == Stage.MIGRATION else ()


def _resources(wish: Wish, stage: Stage) -> Resources:
    found = data(wish)
    if stage >= Stage.GROUND:
        for part in (open_network, groups, balancer, roles, logs, cluster, machines, _repository):
            found |= part(wish)
    if stage >= Stage.MIGRATION:
        found |= migration_task(wish)
    if stage >= Stage.SERVING:
        for part in (web_task, worker_task, services, scaling):
            found |= part(wish)
    return found


def _repository(wish: Wish) -> Resources:
    """Give the place for images; a tag never moves there to another image."""
    old = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": IMAGES_KEPT}
    rule = {"rulePriority": 1, "selection": old, "action": {"type": "expire"}}
    properties = {
        "RepositoryName": wish.name,
        "ImageTagMutability": "IMMUTABLE",
        "ImageScanningConfiguration": {"ScanOnPush": True},
        "LifecyclePolicy": {"LifecyclePolicyText": json.dumps({"rules": [rule]})},
        "EmptyOnDelete": True,
    }
    return {REPOSITORY: resource("ECR::Repository", properties)}

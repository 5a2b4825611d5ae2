"""Asking the clouds that the workspace is deployed to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from modelyard.deploy.cloud import Cloud, Query, Seen, look
from modelyard.deploy.dotenv import read_dotenv
from modelyard.deploy.groups import cloud_run, compute_engine, ecs
from modelyard.deploy.groups.group import Group
from modelyard.deploy.ordering import order_for
from modelyard.deploy.target import Order, Target
from modelyard.deploy.targets import get_target
from modelyard.deploy.wanted import variable
from modelyard.errors import ModelyardError
from modelyard.workspace import open_workspace
from modelyard.workspace.folder import Workspace


class Asking(NamedTuple):
    """How groups of a target are asked for."""

    questions: Callable[[Order[Any], Seen], Iterator[Query]]
    groups: Callable[[Order[Any], Seen], Iterator[Group]]


ASKING = {
    "cloud_run": Asking(cloud_run.questions, cloud_run.groups),
    "compute_engine": Asking(compute_engine.questions, compute_engine.groups),
    "ecs": Asking(ecs.questions, ecs.groups),
}


@dataclass(frozen=True)
class Told:
    """What one cloud told."""

    target: str
    title: str
    groups: tuple[Group, ...] = ()
    fault: ModelyardError | None = None
    """Why it could not be asked: not signed in, a permission that is missing, no such program."""


def look_at_groups(folder: Path, cloud: Cloud) -> tuple[Told, ...]:
    """Ask all clouds for which the workspace has settings; none is changed.

    Raises Invalid where its modelyard.toml cannot be read.
    """
    workspace, personal = open_workspace(folder), read_dotenv(folder)
    targets = [get_target(name) for name in ASKING]
    wished = [one for one in targets if _is_wished(one, workspace, personal)]
    return tuple(_told(target, folder, cloud) for target in wished)


def _is_wished(target: Target, workspace: Workspace, personal: Mapping[str, str]) -> bool:
    """Tell whether all is set without which a target means nothing."""
    written = getattr(workspace.config.deploy, target.name)
    return all(
        getattr(written, key) or personal.get(variable(target, key)) for key in target.required
    )


def _told(target: Target, folder: Path, cloud: Cloud) -> Told:
    asking = ASKING[target.name]
    try:
        order = order_for(target, folder)
        seen = look(cloud, lambda known: asking.questions(order, known))
    except ModelyardError as fault:
        return Told(target.name, target.title, fault=fault)
    return Told(target.name, target.title, tuple(asking.groups(order, seen)))

"""An order: what a person who types `modelyard deploy` means."""

import getpass
import secrets
import socket
from pathlib import Path
from typing import Any

from modelyard.deploy.dotenv import read_dotenv
from modelyard.deploy.naming import default_name, refuse_name
from modelyard.deploy.source import ImageSource, source_of, source_pushed
from modelyard.deploy.target import Order, Target
from modelyard.deploy.wanted import wanted_settings
from modelyard.errors import Invalid
from modelyard.workspace import open_workspace
from modelyard.workspace.deploying import TARGETS
from modelyard.workspace.folder import Workspace


def order_for(
    target: Target, folder: Path, source: ImageSource | None = None, is_public: bool = False
) -> Order[Any]:
    """Give the order for a workspace; without a source for all that needs no image.

    Raises Invalid for settings that are missing or contradict themselves.
    """
    workspace = open_workspace(folder)
    settings = wanted_settings(target, workspace, read_dotenv(folder))
    name = settings.name or default_name(target.name, workspace.title)
    refuse_name(f"deploy.{target.name}.name", name)
    refuse_shared_name(target, name, workspace)
    return Order(
        name=name,
        settings=settings,
        source=source or ImageSource(folder),
        who=who_deploys(),
        fresh_password=secrets.token_urlsafe(24),
        is_public=is_public,
    )


def refuse_shared_name(target: Target, name: str, workspace: Workspace) -> None:
    """Raise Invalid where another target has the same name: each would remove the other's."""
    for other in TARGETS:
        theirs = getattr(workspace.config.deploy, other).name
        if other != target.name and theirs == name:
            where = f"deploy.{target.name}.name"
            why = f"'{name}' is the name of the deployment to {other} too."
            raise Invalid(where, why, "Set another name for one of them.")


def image_source(
    target: Target, folder: Path, pushed: str, checkout: Path | None = None
) -> ImageSource:
    """Give the image pushed before, where one is named; else that of the folder as it is now."""
    if pushed:
        return source_pushed(folder, pushed)
    settings = wanted_settings(target, open_workspace(folder), read_dotenv(folder))
    return source_of(folder.resolve(), checkout, settings.image == "slim")


def who_deploys() -> str:
    """Give who deploys and from where, for those who find the lock."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = "somebody"
    return f"{user} on {socket.gethostname()}"

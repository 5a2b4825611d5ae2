"""An order: what a person who types `modelyard deploy` means."""

import getpass
import secrets
import socket
from pathlib import Path
from typing import Any

from modelyard.deploy.dotenv import read_dotenv
from modelyard.deploy.naming import name_of, refuse_name
from modelyard.deploy.source import ImageSource, source_of, source_pushed
from modelyard.deploy.target import Order, Target
from modelyard.deploy.wanted import wanted_settings
from modelyard.workspace import open_workspace


def order_for(
    target: Target, folder: Path, source: ImageSource | None = None, is_public: bool = False
) -> Order[Any]:
    """Give the order for a workspace; without a source for all that needs no image.

    Raises Invalid for settings that are missing or contradict themselves.
    """
    workspace = open_workspace(folder)
    settings = wanted_settings(target, workspace, read_dotenv(folder))
    name = settings.name or name_of(workspace.title)
    refuse_name(f"deploy.{target.name}.name", name)
    return Order(
        name=name,
        settings=settings,
        source=source or ImageSource(folder),
        who=who_deploys(),
        fresh_password=secrets.token_urlsafe(24),
        is_public=is_public,
    )


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

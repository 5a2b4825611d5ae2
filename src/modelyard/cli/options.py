"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

FOLDER = click.Path(path_type=Path)


def workspace_option(command: Command) -> Command:
    """Add `--workspace`."""
    option = click.option(
        "--workspace",
        "-w",
        type=FOLDER,
        metavar="FOLDER",
        help="The workspace. Default: MODELYARD_WORKSPACE, else this folder.",
    )
    return option(command)


def json_option(command: Command) -> Command:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def names_in(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Read a list written with commas, as a repeated option, or both."""
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())

"""The image of a workspace: which programs make it."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from modelyard.deploy.dotenv import read_dotenv
from modelyard.deploy.steps import Command, Plan
from modelyard.errors import Invalid, NotFound
from modelyard.version import VERSION
from modelyard.workspace.starter.containers import image_name

DOCKERFILE = "Dockerfile"
WHEELS = "wheels"
BUILDKIT = {"DOCKER_BUILDKIT": "1"}


@dataclass(frozen=True)
class ImageOrder:
    """What image is wanted."""

    folder: Path
    tag: str
    is_slim: bool = False
    base: str = ""
    """Another base image; empty for the Dockerfile's own."""


def default_tag(folder: Path) -> str:
    """Give the name of a workspace's image: IMAGE in its .env, else its folder's name."""
    return read_dotenv(folder).get("IMAGE") or image_name(folder.resolve().name)


def build_plan(order: ImageOrder, checkout: Path | None = None, platform: str = "") -> Plan:
    """Say how the image is made; of a `checkout` of Modelyard, its wheel comes first.

    `platform` is the kind of machine it is for, such as linux/amd64; empty for this one's.
    Raises NotFound where the folder has no Dockerfile, and Invalid for a tag that is none.
    """
    refuse_tag(order.tag)
    if not (order.folder / DOCKERFILE).is_file():
        raise NotFound(
            str(order.folder / DOCKERFILE),
            "is not here.",
            "modelyard new writes it: make a workspace beside this one, and copy it.",
        )
    arguments = {"KIND": "slim" if order.is_slim else "full", "MODELYARD_VERSION": VERSION}
    if order.base:
        arguments["BASE"] = order.base
    given = [
        part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")
    ]
    machine = ("--platform", platform) if platform else ()
    build = Command(
        ("docker", "build", *machine, *given, "--tag", order.tag, "."),
        why="build the image",
        folder=order.folder,
        environ=BUILDKIT,
    )
    return (*(wheel_plan(order.folder, checkout) if checkout else ()), build)


def wheel_plan(folder: Path, checkout: Path) -> Plan:
    """Say how the wheel of a checkout comes into a workspace, from where its image takes it."""
    target = str((folder / WHEELS).resolve())
    argv = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target)
    return (Command(argv, why="pack Modelyard itself, which is not on the index", folder=checkout),)


def find_checkout(package: Path) -> Path | None:
    """Give the checkout from which Modelyard runs; None where it was installed from a package."""
    root = package.resolve().parents[1]
    return (
        root if (root / "pyproject.toml").is_file() and (root / "requirements").is_dir() else None
    )


def refuse_tag(tag: str) -> None:
    """Raise Invalid for what Docker would not take as an image's name, or take as an option."""
    part = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
    host = r"(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?"
    if not re.fullmatch(rf"{host}{part}(?:/{part})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?", tag):
        raise Invalid("tag", f"'{tag[:80]}' is no name of an image.", "Such as yard or yard:1.2")

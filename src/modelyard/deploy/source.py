"""Where the image of a deployment comes from."""

import re
from dataclasses import dataclass
from pathlib import Path

from modelyard.deploy.context import content_tag
from modelyard.deploy.image import ImageOrder, build_plan
from modelyard.deploy.steps import Command, Plan
from modelyard.errors import Invalid
from modelyard.version import VERSION

BY_DIGEST = re.compile(r"[a-z0-9][a-z0-9.:/_-]*@sha256:[0-9a-f]{64}")
DIGEST = "digest"
"""The name under which steps give the digest of what was pushed: `sha256:...`."""


@dataclass(frozen=True)
class ImageSource:
    """A folder of which the image is built, or an image that was pushed before."""

    folder: Path
    tag: str = ""
    """Of the content: the same files have the same tag. Empty for an image pushed before."""
    is_slim: bool = False
    checkout: Path | None = None
    """The checkout of Modelyard of which the wheel is made; None where the index has it."""
    pushed: str = ""
    """The whole name of an image pushed before: `HOST/PATH@sha256:...`."""

    def build_steps(self, name: str) -> Plan:
        """Say how docker builds it under a name with its tag."""
        order = ImageOrder(self.folder, f"{name}:{self.tag}", self.is_slim)
        return build_plan(order, self.checkout, platform="linux/amd64")


def source_of(folder: Path, checkout: Path | None, is_slim: bool) -> ImageSource:
    """Give the source of a folder, with the tag of what is in it."""
    more = [VERSION, "slim" if is_slim else "full"]
    if checkout is not None:
        more.append(_tag_of_checkout(checkout))
    return ImageSource(folder, content_tag(folder, *more), is_slim, checkout)


def source_pushed(folder: Path, name: str) -> ImageSource:
    """Give the source for an image that was pushed before, by its digest.

    Raises Invalid for a name without one.
    """
    if not BY_DIGEST.fullmatch(name):
        raise Invalid(
            "image", f"'{name[:120]}' names no image by its digest.", "Such as HOST/PATH@sha256:..."
        )
    return ImageSource(folder, pushed=name)


def push_steps(name: str, tag: str) -> Plan:
    """Say how an image that docker has is pushed."""
    return (Command(("docker", "push", f"{name}:{tag}"), "bring the image to the registry"),)


def _tag_of_checkout(checkout: Path) -> str:
    return content_tag(checkout / "src") + content_tag(checkout / "requirements")

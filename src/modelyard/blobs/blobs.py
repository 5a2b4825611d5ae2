"""The promise that every store of blobs keeps, and the choice among them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from modelyard.errors import Invalid

SETTING = "MODELYARD_BLOBS"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)*")
LONGEST_NAME = 400


class Blobs(Protocol):
    """Keeps contents by name. A name is made of parts with `/` between, as in `runs/7f/scores`.

    All methods raise Invalid for another name, and Unavailable where the store cannot be used.
    """

    def write(self, name: str, content: bytes) -> None:
        """Keep a content; it appears whole or not at all, and replaces an older one."""

    def write_file(self, name: str, path: Path) -> None:
        """Keep the content of a file, however large, as `write` does."""

    def add(self, name: str, content: bytes) -> bool:
        """Keep a content unless the name is taken; of several who try at once, one hears True."""

    def read(self, name: str) -> bytes:
        """Give a content; raises NotFound."""

    def stream(self, name: str) -> Iterator[bytes]:
        """Give a content in pieces; raises NotFound before the first of them."""

    def delete(self, name: str) -> None:
        """Remove a content; one that is not there is no fault."""

    def names(self, prefix: str = "") -> list[str]:
        """List the names below `prefix`, which ends where a part does, in order."""


def open_blobs(place: str) -> Blobs:
    """Open the store at `place`: a folder, or an `s3://` or `gs://` address.

    Raises Invalid, naming the setting, for any other address.
    """
    if place.startswith(("s3://", "gs://")):
        from modelyard.blobs.objects import open_objects

        return open_objects(place)
    if "://" in place:
        scheme = place.partition("://")[0]
        raise Invalid(SETTING, f"'{scheme}' is no store.", "A folder, s3://... or gs://...")
    from modelyard.blobs.local import LocalBlobs

    return LocalBlobs(Path(place))


def refuse_name(name: str) -> str:
    """Give the name back; raises Invalid where it could leave the store."""
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise Invalid("blob", f"'{name[:60]}' is not the name of one.")
    return name

"""A model with its versions, as values."""

from datetime import datetime
from typing import Literal

import msgspec

from modelyard.models.description import Description
from modelyard.runs.fault import Fault

CHAMPION, CHALLENGER, LATEST = "champion", "challenger", "latest"


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a model; what was opened never changes."""

    model: str
    number: int
    sha256: str
    """Of the file."""
    digest: str
    """Of the file together with what its sidecar says."""
    file_name: str
    format: str
    bytes: int
    state: Literal["opened", "refused"]
    description: Description | None
    """What it takes and gives; None of a refused one."""
    converted: str
    """The digest of the converted model; empty where the original is served."""
    fault: Fault | None
    """Why it was refused."""
    held_back: str
    """Why `latest` did not move to it when it came: which golden rows it breaks."""
    note: str
    sidecar: str
    created_at: datetime
    created_by: str

    @property
    def where(self) -> str:
        """What messages call it."""
        return f"model '{self.model}', version {self.number}"


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """A name that points to a version."""

    alias: str
    number: int
    moved_at: datetime
    moved_by: str

    @property
    def tag(self) -> str:
        """What tells this pointing from every other one of the same alias, for an `ETag`."""
        return f"{self.number}-{round(self.moved_at.timestamp() * 1_000_000)}"


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One time that an alias moved."""

    alias: str
    number: int
    number_before: int | None
    moved_at: datetime
    moved_by: str


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model and what its names point to."""

    name: str
    last_number: int
    """The newest number that was given; numbers are never given again."""
    folder_digest: str
    """The content last taken from the workspace's folder; empty where none was."""
    created_at: datetime
    created_by: str
    aliases: tuple[Alias, ...] = ()

    def find_alias(self, name: str) -> int | None:
        """Give the number that an alias points to, None where it is not set."""
        return next((one.number for one in self.aliases if one.alias == name), None)

    def tag_of(self, name: str) -> str:
        """Give the tag of what an alias points to; empty where it is not set."""
        return next((one.tag for one in self.aliases if one.alias == name), "")

    @property
    def served(self) -> int | None:
        """The number that answers who asks for none: the champion, else the latest."""
        champion = self.find_alias(CHAMPION)
        return self.find_alias(LATEST) if champion is None else champion


class GoldenRow(msgspec.Struct, frozen=True, kw_only=True):
    """An input and what must be predicted for it."""

    input: dict[str, object]
    expected: object


class Golden(msgspec.Struct, frozen=True, kw_only=True):
    """The golden rows of a model."""

    rows: tuple[GoldenRow, ...]
    tolerance: float
    """How far a number may be off, as a share of its size."""
    recorded_with: int
    """The version that gave what is expected."""
    recorded_at: datetime
    recorded_by: str

"""What may be seen or not, and who may see it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["private", "shared", "signed-in", "public"]
LEVELS: tuple[Level, ...] = ("private", "shared", "signed-in", "public")


@dataclass(frozen=True)
class Resource:
    """A thing with a name: `dataset`, `function`, `model`, `scenario` or `run`."""

    kind: str
    name: str

    def __str__(self) -> str:
        """Write it as tokens and logs do: `dataset/flights`."""
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Visibility:
    """Who may see a resource, and where that was decided."""

    level: Level = "signed-in"
    owner: str = ""
    """The e-mail address of its owner; empty where it is the workspace's."""
    people: tuple[str, ...] = ()
    """The e-mail addresses with which a shared resource is shared."""
    decided_by: str = "the default"
    """Such as `modelyard.toml, line 12` or `ana@example.com`."""
    is_fixed: bool = False
    """Whether modelyard.toml says it, so that it cannot be changed on a page."""

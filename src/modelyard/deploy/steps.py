"""The steps of which a deployment is made. The plan that is shown is the plan that is run."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """One program to start. `argv` is a tuple, never a text for a shell."""

    argv: tuple[str, ...]
    why: str
    folder: Path = Path()
    """Where it is started."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """What its environment has besides ours."""

    def __str__(self) -> str:
        """Give it as a person would type it."""
        given = [f"{name}={shlex.quote(value)}" for name, value in self.environ.items()]
        return " ".join([*given, shlex.join(self.argv)])


@dataclass(frozen=True)
class WriteFile:
    """A file to write."""

    path: Path
    text: str
    why: str

    def __str__(self) -> str:
        """Name it."""
        return f"write {self.path}"


@dataclass(frozen=True)
class RemoveFile:
    """A file to remove; one that is not there is no fault."""

    path: Path
    why: str

    def __str__(self) -> str:
        """Name it."""
        return f"remove {self.path}"


Step = Command | WriteFile | RemoveFile
Plan = tuple[Step, ...]

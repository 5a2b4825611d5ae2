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
    """A file to write; it is written in place, so that a container that has it sees the change."""

    path: Path
    text: str
    why: str

    def __str__(self) -> str:
        """Name it."""
        return f"write {self.path}"


Step = Command | WriteFile
Plan = tuple[Step, ...]

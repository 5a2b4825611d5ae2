"""The steps of which a deployment is made. The plan that is shown is the plan that is run."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Command:
    """One program to start. `argv` is a tuple, never a text for a shell."""

    argv: tuple[str, ...]
    why: str
    folder: Path = Path()
    """Where it is started."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """What its environment has besides ours."""
    stdin: str = field(default="", repr=False)
    """What it reads: documents and secrets, which do not stand in `argv`, where others see them."""
    is_secret: bool = False
    """Whether `stdin` is never shown."""
    gives: str = ""
    """A name for the last line that it writes: later steps have `later(name)` in its place."""

    def __str__(self) -> str:
        """Give it as a person would type it."""
        given = [f"{name}={shlex.quote(value)}" for name, value in self.environ.items()]
        read = ["< (a secret)"] if self.is_secret else ["< (below)"] if self.stdin else []
        return " ".join([*given, shlex.join(self.argv), *read])

    @property
    def shown_input(self) -> str:
        """What it reads, as far as it may be shown."""
        return "" if self.is_secret else self.stdin


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


@dataclass(frozen=True)
class Wait:
    """Ask a read-only command, which answers in JSON, again and again until the answer holds."""

    argv: tuple[str, ...]
    why: str
    holds: Callable[[Any], bool]
    """Told the answer, or None where the thing is not there. It may raise Unavailable where it
    never will."""
    patience_s: float = 600.0
    every_s: float = 5.0

    def __str__(self) -> str:
        """Say what is asked."""
        return f"wait, {self.patience_s:g} s at most, asking: {shlex.join(self.argv)}"


Step = Command | WriteFile | RemoveFile | Wait
Plan = tuple[Step, ...]


def later(name: str) -> str:
    """Give what stands in `argv` and `stdin` for what an earlier step gives by this name."""
    return f"<{name}>"

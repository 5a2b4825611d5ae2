"""What every pipeline does: the words are those of a person who deploys by hand."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelyard.errors import Conflict, Invalid
from modelyard.version import VERSION

AMAZON = frozenset({"ecs"})
PYTHON = "3.12"
BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}", re.ASCII)
Document = dict[str, Any]


@dataclass(frozen=True)
class Pipeline:
    """What is to be deployed when somebody pushes."""

    target: str
    """As on the command line: `ecs`."""
    branch: str = "main"
    region: str = ""
    """For Amazon, whose sign-in needs it."""
    is_public: bool = False

    @property
    def is_amazon(self) -> bool:
        """Whether it goes to Amazon; else to Google."""
        return self.target in AMAZON

    @property
    def install(self) -> str:
        """The command that installs Modelyard, and what the workspace's own files need."""
        package = f"pip install --quiet 'modelyard[full]=={VERSION}'"
        own = "pip install --quiet -r requirements.txt"
        return f"{package}\nif [ -f requirements.txt ]; then {own}; fi"

    @property
    def check(self) -> str:
        """The commands that test: the workspace's files, and its tests where it has some."""
        return (
            "modelyard check\nif [ -d tests ]; then pip install --quiet pytest && pytest tests; fi"
        )

    @property
    def deploy(self) -> str:
        """The command that builds, pushes, and deploys by the digest of what it pushed."""
        return f"modelyard deploy {self.target} --yes" + (" --public" if self.is_public else "")


def refuse_branch(name: str) -> None:
    """Raise Invalid for what is no branch: it stands in expressions of the pipeline."""
    if not BRANCH.fullmatch(name):
        raise Invalid("--branch", f"'{name[:60]}' is no name of a branch.", "Such as main.")


def refuse_lost(where: str, written: Any, required: tuple[str, ...]) -> None:
    """Raise Invalid for what only .env says: a pipeline has none."""
    for key in required:
        if not getattr(written, key):
            raise Invalid(
                f"{where}.{key}",
                "is not set in modelyard.toml, and .env never goes into git.",
                "Set it in modelyard.toml for the pipeline.",
            )


def write(path: Path, text: str, is_forced: bool) -> bool:
    """Write a pipeline; tell whether anything changed.

    Raises Conflict where another file of that name is there.
    """
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    if path.exists() and not is_forced:
        raise Conflict(str(path), "is there already, and is another.", "Say --force to replace it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def yaml_text(head: str, document: Document) -> str:
    """Write a document as YAML, with words for people above it; commands stay line by line."""
    import yaml

    class Lines(yaml.SafeDumper):
        """Writes texts of several lines as they are."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ARG002
            return super().increase_indent(flow, False)

    def lines(dumper: Any, text: str) -> Any:
        style = "|" if "\n" in text else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Lines.add_representer(str, lines)
    body = yaml.dump(document, Dumper=Lines, sort_keys=False, width=1000, allow_unicode=True)
    comments = "".join(f"# {line}".rstrip() + "\n" for line in head.splitlines())
    return f"{comments}\n{body}"


@dataclass(frozen=True)
class Place:
    """Where a pipeline runs."""

    title: str
    file: str
    """Its file, in the workspace's folder."""
    text_of: Callable[[Pipeline], str]
    todo_of: Callable[[Pipeline], tuple[str, ...]]
    """What a person must set once, by hand."""

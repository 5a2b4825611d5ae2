"""How the commands of `gcloud compute` are written, and what all of a deployment is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from modelyard.deploy.cloud import Query
from modelyard.deploy.google.things import Place, mark_of
from modelyard.deploy.steps import Command
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings

GLOBAL = ("--global",)
METRIC = "custom.googleapis.com/modelyard/latency_ms"


@dataclass(frozen=True)
class Site:
    """One deployment on Compute Engine: its name, project and settings."""

    name: str
    settings: ComputeEngineSettings

    @property
    def mark(self) -> str:
        """What stands in the description of all that is ours."""
        return mark_of(self.name)

    @property
    def certificate(self) -> str:
        """The certificate's name: one for each list of domains, as it cannot be changed."""
        text = ",".join(self.settings.domains)
        return f"{self.name}-{sha256(text.encode()).hexdigest()[:8]}"

    def compute(self, *words: str) -> tuple[str, ...]:
        """Give a command of gcloud compute that asks nothing back."""
        return ("gcloud", "compute", *words, f"--project={self.settings.project}", "--quiet")

    def do(self, why: str, *words: str, stdin: str = "") -> Command:
        """Give a step."""
        return Command(self.compute(*words), why, stdin=stdin)

    def have(self, why: str, *words: str, stdin: str = "") -> Command:
        """Give a step that sees to it that something is so."""
        return self.do(f"see to it that {why}", *words, stdin=stdin)

    def among(self, kind: str, *words: str) -> Query:
        """Give the question that lists what may be ours of one kind."""
        return self.show(kind, "list", *words, f"--filter=name~^{self.name}")

    def show(self, *words: str) -> Query:
        """Give a question; its key is made of its words."""
        argv = self.compute(*words, "--format=json")
        return Query(" ".join(words), argv)


def named(name: str) -> Place:
    """Say which one of a list is meant."""
    return (("name", name),)


def options(values: Mapping[str, object]) -> tuple[str, ...]:
    """Give options of a command; what is empty is left out."""
    return tuple(f"--{name}={value}" for name, value in values.items() if value != "")


def number(value: float) -> str:
    """Write a number as people do: 0.6, 40."""
    return f"{value:g}"

"""Replacing the replicas of a compose project one by one, without a failed request.

A file tells nginx that a replica is away: nginx looks for it at each request. What the replica was
asked before, it still answers. Then it is made anew and waited for until it is healthy.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from modelyard.deploy.steps import Command, Plan, RemoveFile, Step, WriteFile
from modelyard.errors import Invalid, NotFound

PROXY = Path("nginx")
RULES = PROXY / "who_answers.conf"
AWAY = PROXY / "away"
REPLICA = re.compile(r"^\s*if \(-f /etc/modelyard/away/([a-z0-9-]+)\)", re.MULTILINE)
MIGRATE = ("run", "--rm", "--no-deps", "-T", "migrate", "migrate")
ANEW = ("up", "--detach", "--no-deps", "--force-recreate")


@dataclass(frozen=True)
class Project:
    """A workspace that runs by docker compose."""

    folder: Path
    files: tuple[str, ...] = ()
    """Compose files instead of compose.yaml."""
    patience_s: int = 60
    """How long a new replica may take to be healthy."""

    def compose(self, why: str, *words: str) -> Command:
        """Give a command of docker compose."""
        named = tuple(part for file in self.files for part in ("--file", file))
        return Command(("docker", "compose", *named, *words), why, self.folder)


def rollout_plan(project: Project) -> Plan:
    """Say how all replicas and workers of a project that runs are replaced.

    One that a rollout before left away comes first: the others answer.
    Raises NotFound where the workspace has no rules for nginx, and Invalid where they know one
    replica alone, which could not be replaced without a gap.
    """
    path = project.folder / RULES
    if not path.is_file():
        raise NotFound(str(path), "is not here.", "modelyard new writes it, beside compose.yaml.")
    names = REPLICA.findall(path.read_text(encoding="utf-8"))
    if len(names) < 2:
        raise Invalid(str(path), "knows fewer than two replicas: there would be a gap.")
    names.sort(key=lambda name: not (project.folder / AWAY / name).exists())
    first = project.compose("bring the database to the shape of the new image", *MIGRATE)
    replicas = [step for name in names for step in _replace(project, name)]
    last = project.compose("replace the workers; runs are handed over", *ANEW, "worker")
    return (first, *replicas, last)


def _replace(project: Project, name: str) -> tuple[Step, ...]:
    patience = ("--wait", "--wait-timeout", str(project.patience_s))
    return (
        WriteFile(project.folder / AWAY / name, "", f"have nginx ask {name} nothing more"),
        project.compose(f"replace {name}, and wait until it is healthy", *ANEW, *patience, name),
        _back(project, name),
    )


def _back(project: Project, name: str) -> RemoveFile:
    return RemoveFile(project.folder / AWAY / name, f"have nginx ask {name} again")

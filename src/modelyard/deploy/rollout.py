"""Replacing the replicas of a compose project one by one, without a failed request.

nginx is told first that a replica is away (its requests in flight go on), then the replica is made
anew and waited for until it is healthy, then nginx is told that it is back.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from modelyard.deploy.steps import Command, Plan, Step, WriteFile
from modelyard.errors import Invalid, NotFound

REPLICAS = Path("nginx") / "replicas.conf"
SERVER = re.compile(r"^server\s+([a-z0-9-]+):(\d+)([^;]*);", re.MULTILINE)
RELOAD = ("exec", "-T", "proxy", "nginx", "-c", "/etc/modelyard/nginx.conf", "-s", "reload")
DOWN = " down"


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

    Raises NotFound where the workspace has no list of replicas, and Invalid where it has one alone,
    which could not be replaced without a gap.
    """
    path = project.folder / REPLICAS
    if not path.is_file():
        raise NotFound(str(path), "is not here.", "modelyard new writes it, beside compose.yaml.")
    text = path.read_text(encoding="utf-8")
    names = [name for name, _, _ in SERVER.findall(text)]
    if len(names) < 2:
        raise Invalid(str(path), "names fewer than two replicas: there would be a gap.")
    first = project.compose("bring the database to the shape of the new image", *MIGRATE)
    replicas = [step for name in names for step in _replace(project, path, text, name)]
    workers = ("up", "--detach", "--no-deps", "--force-recreate", "worker")
    return (
        first,
        *replicas,
        project.compose("replace the workers; runs are handed over", *workers),
    )


MIGRATE = ("run", "--rm", "--no-deps", "-T", "migrate")


def marked(text: str, away: str = "") -> str:
    """Give the list of replicas with one of them away, or none."""

    def line(match: re.Match[str]) -> str:
        name, port, options = match.groups()
        kept = options.replace(DOWN, "")
        return f"server {name}:{port}{kept}{DOWN if name == away else ''};"

    return SERVER.sub(line, text)


def _replace(project: Project, path: Path, text: str, name: str) -> tuple[Step, ...]:
    up = ("up", "--detach", "--no-deps", "--force-recreate", "--wait")
    patience = ("--wait-timeout", str(project.patience_s))
    return (
        WriteFile(path, marked(text, away=name), f"take {name} out"),
        project.compose(f"have nginx send nothing more to {name}", *RELOAD),
        project.compose(f"replace {name}, and wait until it is healthy", *up, *patience, name),
        WriteFile(path, marked(text), f"put {name} back"),
        project.compose(f"have nginx send requests to {name} again", *RELOAD),
    )

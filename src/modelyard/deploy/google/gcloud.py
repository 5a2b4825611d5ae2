"""Commands of gcloud as data. The project stands in them: no setting of the person counts."""

from modelyard.deploy.cloud import Query
from modelyard.deploy.steps import Command

YAML_OF_STDIN = "--flags-file=/dev/stdin"
"""Has gcloud read options from its input, so that secrets do not stand among the arguments."""


def gcloud(project: str, why: str, *words: str, **more: str | bool) -> Command:
    """Give a command that changes something, and asks nothing back."""
    argv = ("gcloud", *words, f"--project={project}", "--quiet")
    return Command(argv, why, **more)  # type: ignore[arg-type]


def ask(project: str, key: str, *words: str) -> Query:
    """Give a question that is answered in JSON."""
    return Query(key, ("gcloud", *words, f"--project={project}", "--format=json"))

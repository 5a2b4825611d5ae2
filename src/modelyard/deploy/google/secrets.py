"""Secrets in Secret Manager: those that a person made, and the database's address."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google.account import has_role
from modelyard.deploy.google.gcloud import ask, gcloud
from modelyard.deploy.plan import Change
from modelyard.errors import NotFound

READER = "roles/secretmanager.secretAccessor"


def plain_name(secret: str) -> str:
    """Give a secret's name without its version."""
    return secret.partition(":")[0]


def version_of(secret: str) -> str:
    """Give the version that is taken: the newest where none is named."""
    return secret.partition(":")[2] or "latest"


def questions(project: str, names: tuple[str, ...], seen: Seen) -> Iterator[Query]:
    """Ask for secrets, and who may read those that are there."""
    for name in names:
        yield ask(project, f"secret {name}", "secrets", "describe", name)
        if seen.get(f"secret {name}") is not None:
            yield ask(project, f"policy {name}", "secrets", "get-iam-policy", name)


def refuse_missing(name: str, seen: Seen, variable: str) -> None:
    """Raise NotFound for a secret that a person should have made."""
    if seen.get(f"secret {name}") is None:
        raise NotFound(
            f"secret {name}",
            f"is not there; {variable} is to have its value.",
            f"Make it, the value on its input: gcloud secrets create {name} --data-file=-",
        )


def reading_change(project: str, name: str, who: str, seen: Seen) -> Change:
    """Let an account read one secret."""
    what, why = f"secret {name}: who reads it", "the service reads it when it starts"
    if has_role(seen.get(f"policy {name}"), who, READER):
        return Change(what, "keep", why)
    step = binding(project, name, who, "add")
    return Change(what, "create", why, (step,), ("secretmanager.secrets.setIamPolicy",))


def reading_removal(project: str, name: str, who: str, seen: Seen) -> Change | None:
    """Have an account read it no more; None where it does not."""
    if not has_role(seen.get(f"policy {name}"), who, READER):
        return None
    step = binding(project, name, who, "remove")
    permissions = ("secretmanager.secrets.setIamPolicy",)
    return Change(f"secret {name}: who reads it", "delete", "goes with the account",
                  (step,), permissions)  # fmt: skip


def binding(project: str, name: str, who: str, verb: str) -> Any:
    """Give the command that adds or removes a reader."""
    return gcloud(
        project, f"{verb} the reader", "secrets", f"{verb}-iam-policy-binding", name,
        f"--member={who}", f"--role={READER}", "--format=none",
    )  # fmt: skip

"""A Postgres of Cloud SQL, and its address as a secret: `postgresql://...` with the password."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google import secrets
from modelyard.deploy.google.gcloud import YAML_OF_STDIN, ask, gcloud
from modelyard.deploy.google.things import mark_of
from modelyard.deploy.naming import LABEL, refuse_foreign
from modelyard.deploy.plan import Change
from modelyard.deploy.steps import Command, Wait

KEY, DATABASES, USERS, VERSIONS = "sql", "sql_databases", "sql_users", "sql_secret_versions"
NAME = "modelyard"
"""What the database and its user are called inside the instance."""
MAKING_S = 1800.0


@dataclass(frozen=True)
class CloudSql:
    """What database is wanted."""

    project: str
    region: str
    name: str
    """The deployment's."""
    tier: str
    disk_gib: int
    password: str = field(default="", repr=False)
    """A fresh one, taken where none is known yet."""

    @property
    def instance(self) -> str:
        """The name of the instance."""
        return f"{self.name}-yard"

    @property
    def secret(self) -> str:
        """The name of the secret that has its address."""
        return f"{self.name}-database-url"

    @property
    def connection(self) -> str:
        """Its name for what connects to it."""
        return f"{self.project}:{self.region}:{self.instance}"

    @property
    def url(self) -> str:
        """The address, by the socket that the platform puts into a container."""
        return f"postgresql://{NAME}:{self.password}@/{NAME}?host=/cloudsql/{self.connection}"

    def sql(self, why: str, *words: str, **more: Any) -> Command:
        """Give a command on the instance."""
        return gcloud(self.project, why, "sql", *words, f"--instance={self.instance}", **more)


def questions(wanted: CloudSql, seen: Seen) -> Iterator[Query]:
    """Ask for the instance, and for what is in it where it is there."""
    yield describe(wanted)
    if seen.get(KEY) is not None:
        of = f"--instance={wanted.instance}"
        yield ask(wanted.project, DATABASES, "sql", "databases", "list", of)
        yield ask(wanted.project, USERS, "sql", "users", "list", of)


def describe(wanted: CloudSql) -> Query:
    """Ask for the instance."""
    return ask(wanted.project, KEY, "sql", "instances", "describe", wanted.instance)


def secret_questions(wanted: CloudSql, seen: Seen) -> Iterator[Query]:
    """Ask for the secret of its address, and for the versions of that."""
    yield from secrets.questions(wanted.project, (wanted.secret,), seen)
    if seen.get(f"secret {wanted.secret}") is not None:
        words = ("secrets", "versions", "list", wanted.secret, "--filter=state=enabled")
        yield ask(wanted.project, VERSIONS, *words)


def changes(wanted: CloudSql, seen: Seen) -> Iterator[Change]:
    """Make the instance, the database in it, its user, and the secret."""
    yield instance_change(wanted, seen)
    yield _database_change(wanted, seen)
    yield secret_change(wanted, seen)
    yield address_change(wanted, seen)


def instance_change(wanted: CloudSql, seen: Seen) -> Change:
    """Make the instance, or give it another size."""
    what, why = f"database server {wanted.instance}", "accounts, runs and records are kept there"
    found = seen.get(KEY)
    words = ("beta", "sql", "instances")
    size = (f"--tier={wanted.tier}",)
    if found is None:
        make = gcloud(
            wanted.project, "make the database server, which takes minutes", *words, "create",
            wanted.instance, "--database-version=POSTGRES_16", "--edition=enterprise", *size,
            f"--region={wanted.region}", f"--storage-size={wanted.disk_gib}",
            "--storage-auto-increase", "--backup", f"--labels={mark_of(wanted.name)}",
            "--deletion-protection",
        )  # fmt: skip
        return Change(what, "create", why, (make,), ("cloudsql.instances.create",))
    refuse_foreign(what, wanted.name, label_of(found))
    if found.get("state") not in {"RUNNABLE", None}:
        wait = Wait(describe(wanted).argv, "have it made", is_running, MAKING_S, 10)
        return Change(what, "update", "it is being made", (wait,))
    tier = (found.get("settings") or {}).get("tier")
    if tier != wanted.tier:
        patch = gcloud(wanted.project, "change its size: it is away for a minute", *words, "patch",
                       wanted.instance, *size)  # fmt: skip
        reason = f"{tier} becomes {wanted.tier}"
        return Change(what, "update", reason, (patch,), ("cloudsql.instances.update",))
    return Change(what, "keep", why)


def _database_change(wanted: CloudSql, seen: Seen) -> Change:
    what, why = f"database {NAME}", "is Modelyard's own"
    if _has(seen.get(DATABASES), NAME):
        return Change(what, "keep", why)
    make = wanted.sql("make the database", "databases", "create", NAME)
    return Change(what, "create", why, (make,), ("cloudsql.databases.create",))


def secret_change(wanted: CloudSql, seen: Seen) -> Change:
    """Make the secret, still without a value."""
    what, why = f"secret {wanted.secret}", "has the database's address with its password"
    found = seen.get(what)
    if found is None:
        make = gcloud(
            wanted.project, "make the secret", "secrets", "create", wanted.secret,
            "--replication-policy=automatic", f"--labels={mark_of(wanted.name)}",
        )  # fmt: skip
        return Change(what, "create", why, (make,), ("secretmanager.secrets.create",))
    refuse_foreign(what, wanted.name, (found.get("labels") or {}).get(LABEL))
    return Change(what, "keep", why)


def address_change(wanted: CloudSql, seen: Seen) -> Change:
    """Give the user a password that nobody sees, and keep it in the secret.

    The secret is written last: where it has a value, the user has that password.
    """
    what, why = f"database user {NAME}", "its password is in the secret, and nowhere else"
    is_there = _has(seen.get(USERS), NAME)
    if is_there and seen.get(VERSIONS):
        return Change(what, "keep", why)
    verb = ("users", "set-password" if is_there else "create", NAME)
    password = wanted.sql(
        "give the user a new password", *verb, YAML_OF_STDIN,
        stdin=f'--password: "{wanted.password}"\n', is_secret=True,
    )  # fmt: skip
    keep = gcloud(
        wanted.project, "keep the address", "secrets", "versions", "add", wanted.secret,
        "--data-file=-", stdin=wanted.url, is_secret=True,
    )  # fmt: skip
    permissions = ("cloudsql.users.create", "secretmanager.versions.add")
    return Change(what, "update" if is_there else "create", why, (password, keep), permissions)


def removals(wanted: CloudSql, seen: Seen, with_data: bool) -> Iterator[Change]:
    """Remove instance and secret, where that was asked for."""
    found, what = seen.get(KEY), f"database server {wanted.instance}"
    held, secret = seen.get(f"secret {wanted.secret}"), f"secret {wanted.secret}"
    stays = "has what was kept: --with-data removes it"
    if found is not None and label_of(found) == wanted.name:
        yield (
            Change(what, "delete", "with all that was kept, and its backups",
                   _unprotected_delete(wanted), ("cloudsql.instances.delete",))
            if with_data
            else Change(what, "keep", stays)
        )  # fmt: skip
    if held is not None and (held.get("labels") or {}).get(LABEL) == wanted.name:
        remove = gcloud(wanted.project, "remove it", "secrets", "delete", wanted.secret)
        yield (
            Change(secret, "delete", "the database goes", (remove,),
                   ("secretmanager.secrets.delete",))
            if with_data or found is None
            else Change(secret, "keep", stays)
        )  # fmt: skip


def _unprotected_delete(wanted: CloudSql) -> tuple[Command, ...]:
    words = ("sql", "instances")
    return (
        gcloud(wanted.project, "allow its removal", *words, "patch", wanted.instance,
               "--no-deletion-protection"),
        gcloud(wanted.project, "remove it", *words, "delete", wanted.instance),
    )  # fmt: skip


def label_of(found: Any) -> str | None:
    """Give the deployment that an instance says it belongs to."""
    labels = (found.get("settings") or {}).get("userLabels") or {}
    return labels.get(LABEL)


def is_running(answer: Any) -> bool:
    """Tell whether an instance can be used."""
    return (answer or {}).get("state") == "RUNNABLE"


def _has(listed: Any, name: str) -> bool:
    return any(entry.get("name") == name for entry in listed or ())

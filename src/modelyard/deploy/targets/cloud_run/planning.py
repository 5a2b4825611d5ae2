"""How the wished state is reached, how the last image comes back, and how all of it goes."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Seen
from modelyard.deploy.google import account, apis, bucket, database, secrets
from modelyard.deploy.google.gcloud import gcloud
from modelyard.deploy.google.secrets import plain_name
from modelyard.deploy.google.things import change_for, removal_of
from modelyard.deploy.naming import LABEL, refuse_foreign
from modelyard.deploy.plan import Change, DeployPlan
from modelyard.deploy.steps import Command
from modelyard.deploy.targets.cloud_run import access
from modelyard.deploy.targets.cloud_run.costs import cost
from modelyard.deploy.targets.cloud_run.document import (
    previous_image,
    reason_to_change,
    text_of,
    wished_pool,
    wished_service,
)
from modelyard.deploy.targets.cloud_run.looking import BUCKET_POLICY, wanted_apis
from modelyard.deploy.targets.cloud_run.names import Names, image_in
from modelyard.deploy.targets.cloud_run.notes import notes
from modelyard.errors import Invalid, NotFound

OBJECTS = "roles/storage.objectUser"
WORKER_POOLS = ("beta", "run", "worker-pools")
SERVICES = ("run", "services")


def plan_up(names: Names, seen: Seen) -> DeployPlan:
    """Say how the wished state is reached."""
    title = f"Deploy {names.name} to Cloud Run"
    refuse_elsewhere(names.order.source.pushed)
    image = names.registry.image_of(names.order.source, seen)
    changes = (*_ground(names, seen), *_running(names, image, seen))
    return DeployPlan(title, names.place, changes, cost(names.settings), notes(names, seen))


def refuse_elsewhere(image: str) -> None:
    """Raise Invalid for an image that Cloud Run would not pull; none is right."""
    host = image.partition("/")[0]
    if image and not host.endswith(("docker.pkg.dev", "gcr.io", "docker.io")):
        why = f"Cloud Run does not take images from {host}."
        raise Invalid("image", why, "Push it to the project's Artifact Registry.")


def plan_rollback(names: Names, seen: Seen) -> DeployPlan:
    """Say how the image before comes back."""
    service = seen.get("service")
    previous = previous_image(service)
    if not previous:
        raise NotFound(f"service {names.name}", "has no earlier image to go back to.")
    title = f"Roll {names.name} back on Cloud Run"
    told = f"{image_in(service)} is replaced by {previous}"
    changes = tuple(_running(names, previous, seen))
    return DeployPlan(title, names.place, changes, cost(names.settings), (told,))


def plan_destroy(names: Names, seen: Seen, with_data: bool) -> DeployPlan:
    """Say how all goes that is labelled as this deployment's."""
    title = f"Remove {names.name} from Cloud Run"
    if bucket.label_of(seen) == names.name:
        bucket.refuse_elsewhere(f"deployment {names.name}", names.region, seen[bucket.KEY])
    kept = "Database, secrets and files of runs stay and go on costing; --with-data removes them."
    gone = "Database and files of runs are removed for good: make a backup first."
    return DeployPlan(
        title, names.place, tuple(_removals(names, seen, with_data)), None,
        (gone if with_data else kept,),
    )  # fmt: skip


def _ground(names: Names, seen: Seen) -> Iterator[Change]:
    project, name, settings = names.project, names.name, names.settings
    yield apis.change(project, seen, wanted_apis(names))
    yield bucket.change(project, names.region, name, seen)
    yield change_for(names.registry.thing(), seen, name)
    in_cloud = settings.build == "cloud_build"
    yield names.registry.change(names.order.source, seen, in_cloud)
    yield change_for(account.thing(project, name), seen, name)
    yield _bucket_role(names, seen)
    if settings.database == "cloud_sql":
        why = "the service connects to its database"
        yield account.role_change(project, name, "roles/cloudsql.client", why, seen)
        yield from database.changes(names.database, seen)
    for variable, secret in sorted(names.secrets.items()):
        if plain_name(secret) != names.own_secret:
            secrets.refuse_missing(plain_name(secret), seen, variable)
    for secret in sorted({plain_name(secret) for secret in names.secrets.values()}):
        yield secrets.reading_change(project, secret, names.member, seen)


def _running(names: Names, image: str, seen: Seen) -> Iterator[Change]:
    """Give the service first: it brings the database to its shape, and shows a bad image."""
    what, service = f"service {names.name}", wished_service(names, image, seen)
    yield _document_change(names, what, service, seen.get("service"), "answer requests")
    yield from access.changes(names, seen)
    if names.settings.workers == "pool":
        what, pool = f"worker pool {names.pool}", wished_pool(names, image, seen)
        yield _document_change(names, what, pool, seen.get("pool"), "do runs")
    elif seen.get("pool") is not None:
        yield _pool_removal(names, seen)


def _document_change(
    names: Names, what: str, document: dict[str, Any], found: Any, why: str
) -> Change:
    is_service = document["kind"] == "Service"
    words = (*SERVICES, "replace", "-", names.where) if is_service else (
        *WORKER_POOLS, "replace", "-")  # fmt: skip
    step = gcloud(names.project, f"have it {why}", *words, stdin=text_of(document))
    kind = "services" if is_service else "workerpools"
    permissions = (f"run.{kind}.create", f"run.{kind}.update", "iam.serviceAccounts.actAs")
    if found is None:
        return Change(what, "create", f"to {why}", (step,), permissions)
    refuse_foreign(what, names.name, (found["metadata"].get("labels") or {}).get(LABEL))
    reason = reason_to_change(found, document)
    if not reason:
        return Change(what, "keep", f"to {why}")
    return Change(what, "update", reason, (step,), permissions)


def _bucket_role(names: Names, seen: Seen, verb: str = "add") -> Change:
    what, why = f"role {OBJECTS} in the bucket", "the service keeps files of runs there"
    has = account.has_role(seen.get(BUCKET_POLICY), names.member, OBJECTS)
    if has == (verb == "add"):
        return Change(what, "keep", why)
    words = ("storage", "buckets", f"{verb}-iam-policy-binding", names.bucket)
    step = gcloud(names.project, f"{verb} the role", *words, f"--member={names.member}",
                  f"--role={OBJECTS}", "--format=none")  # fmt: skip
    permissions = ("storage.buckets.setIamPolicy",)
    if verb == "add":
        return Change(what, "create", why, (step,), permissions)
    return Change(what, "delete", "goes with the account", (step,), permissions)


def _removals(names: Names, seen: Seen, with_data: bool) -> Iterator[Change]:
    project, name = names.project, names.name
    yield _pool_removal(names, seen)
    yield _service_removal(names, seen)
    if change_is_ours(seen, name):
        yield from _role_removals(names, seen)
    permission = ("iam.serviceAccounts.delete",)
    yield removal_of(account.thing(project, name), seen, name, permission)
    permission = ("artifactregistry.repositories.delete",)
    yield removal_of(names.registry.thing(), seen, name, permission)
    yield from database.removals(names.database, seen, with_data)
    yield bucket.removal(project, name, seen, with_data)


def change_is_ours(seen: Seen, name: str) -> bool:
    """Tell whether the service account is this deployment's."""
    found = seen.get(account.KEY)
    return found is not None and f"{LABEL}={name}" in str(found.get("description", "")).split()


def _role_removals(names: Names, seen: Seen) -> Iterator[Change]:
    yield from account.role_removals(names.project, names.name, seen)
    if seen.get(bucket.KEY) is not None:
        yield _bucket_role(names, seen, "remove")
    used = {plain_name(secret) for secret in names.secrets.values()}
    for secret in sorted(used | {names.database.secret}):
        change = secrets.reading_removal(names.project, secret, names.member, seen)
        if change is not None:
            yield change


def _pool_removal(names: Names, seen: Seen) -> Change:
    words = (*WORKER_POOLS, "delete", names.pool, names.where)
    step = gcloud(names.project, "remove it", *words)
    return _removal(names, f"worker pool {names.pool}", seen.get("pool"), step, "workerpools")


def _service_removal(names: Names, seen: Seen) -> Change:
    step = gcloud(names.project, "remove it", *SERVICES, "delete", names.name, names.where)
    return _removal(names, f"service {names.name}", seen.get("service"), step, "services")


def _removal(names: Names, what: str, found: Any, step: Command, kind: str) -> Change:
    if found is None:
        return Change(what, "keep", "is not there")
    if (found["metadata"].get("labels") or {}).get(LABEL) != names.name:
        return Change(what, "keep", "was not made by this deployment")
    return Change(what, "delete", "what runs goes first", (step,), (f"run.{kind}.delete",))

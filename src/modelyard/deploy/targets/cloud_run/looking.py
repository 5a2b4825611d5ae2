"""What must be known before a plan is made. Of an API that is off nothing is asked."""

from collections.abc import Iterator

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google import account, apis, bucket, database, secrets
from modelyard.deploy.google.gcloud import ask
from modelyard.deploy.google.secrets import plain_name
from modelyard.deploy.targets.cloud_run.names import Names

BUCKET_POLICY = "bucket_policy"


def wanted_apis(names: Names) -> tuple[str, ...]:
    """List the APIs that the deployment needs."""
    wished = names.settings
    more = (
        *(("sqladmin",) if wished.database == "cloud_sql" else ()),
        *(("cloudbuild",) if wished.build == "cloud_build" else ()),
    )
    always = ("run", "artifactregistry", "iam", "cloudresourcemanager", "secretmanager", "storage")
    return tuple(f"{name}.googleapis.com" for name in (*always, *more))


def questions(names: Names, seen: Seen) -> Iterator[Query]:
    """Give all that can be asked with what is known."""
    yield apis.question(names.project)
    yield from bucket.questions(names.project, names.name, seen)
    if bucket.KEY in seen and seen[bucket.KEY] is not None:
        yield ask(
            names.project, BUCKET_POLICY, "storage", "buckets", "get-iam-policy", names.bucket
        )
    if _is_on(seen, "artifactregistry"):
        yield from names.registry.questions(names.order.source, seen)
    if _is_on(seen, "iam") and _is_on(seen, "cloudresourcemanager"):
        yield from account.questions(names.project, names.name)
    if _is_on(seen, "sqladmin"):
        yield from database.questions(names.database, seen)
    if _is_on(seen, "secretmanager"):
        yield from _about_secrets(names, seen)
    if _is_on(seen, "run"):
        yield from _about_run(names, seen)


def _about_secrets(names: Names, seen: Seen) -> Iterator[Query]:
    own = names.database.secret
    yield from database.secret_questions(names.database, seen)
    others = {plain_name(secret) for secret in names.secrets.values()} - {own}
    yield from secrets.questions(names.project, tuple(sorted(others)), seen)


def _about_run(names: Names, seen: Seen) -> Iterator[Query]:
    where = names.where
    yield ask(names.project, "service", "run", "services", "describe", names.name, where)
    yield ask(names.project, "pool", "beta", "run", "worker-pools", "describe", names.pool, where)
    if seen.get("service") is not None:
        words = ("run", "services", "get-iam-policy", names.name, where)
        yield ask(names.project, "service_policy", *words)


def _is_on(seen: Seen, api: str) -> bool:
    return apis.is_enabled(seen, f"{api}.googleapis.com")

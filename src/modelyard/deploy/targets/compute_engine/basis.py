"""What machines stand on: APIs, an account with few roles, secrets, database, bucket, image."""

from collections.abc import Iterator

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google import account, apis, bucket, bucket_access, database, secrets
from modelyard.deploy.google.registry import Registry
from modelyard.deploy.google.things import change_for, is_owned, removal_of
from modelyard.deploy.plan import Change
from modelyard.deploy.target import Order
from modelyard.deploy.targets.compute_engine.cloud_init import Machine
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings

EngineOrder = Order[ComputeEngineSettings]
COMPUTE = "compute.googleapis.com"
SQL = "sqladmin.googleapis.com"
DNS = "dns.googleapis.com"
DATABASE_URL = "MODELYARD_DATABASE_URL"
ALWAYS_APIS = (
    COMPUTE,
    "artifactregistry.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
)
ROLES = {
    "roles/artifactregistry.reader": "machines fetch the image",
    "roles/logging.logWriter": "what the service says is kept",
    "roles/monitoring.metricWriter": "machines report how busy and how slow they are",
}
SQL_ROLE = "roles/cloudsql.client"


def home(order: EngineOrder) -> str:
    """Give the region of image, bucket and database: the first."""
    return order.settings.regions[0]


def registry_of(order: EngineOrder) -> Registry:
    """Give the place of the images."""
    return Registry(order.settings.project, home(order), order.name)


def database_of(order: EngineOrder) -> database.CloudSql | None:
    """Give the database that is made; None where another is used, or none."""
    settings = order.settings
    if settings.database != "cloud_sql":
        return None
    return database.CloudSql(
        settings.project,
        home(order),
        order.name,
        settings.database_tier,
        settings.database_disk_gib,
        order.fresh_password,
    )


def secrets_of(order: EngineOrder) -> dict[str, str]:
    """Give the secrets that machines read, by the variables that they fill."""
    made = database_of(order)
    url = made.secret if made else order.settings.database_secret
    return {**({DATABASE_URL: url} if url else {}), **order.settings.secrets}


def machine_of(order: EngineOrder, seen: Seen) -> Machine:
    """Say how a machine starts."""
    settings, made = order.settings, database_of(order)
    image = registry_of(order).image_of(order.source, seen)
    return Machine(
        settings.project,
        image,
        settings,
        tuple(secrets_of(order).items()),
        made.connection if made else "",
        f"{bucket.url(settings.project, order.name)}/blobs",
        is_public(order),
    )


def is_public(order: EngineOrder) -> bool:
    """Tell whether everybody is let in as long as there are no users."""
    return order.is_public or order.settings.public


def account_of(order: EngineOrder) -> str:
    """Give the account as which machines run."""
    return account.email(order.settings.project, order.name)


def questions(order: EngineOrder, seen: Seen) -> Iterator[Query]:
    """Ask for all of it; of what an API is off for, nothing can be there."""
    project, name = order.settings.project, order.name
    yield apis.question(project)
    if apis.KEY not in seen:
        return
    if apis.is_enabled(seen, "artifactregistry.googleapis.com"):
        yield from registry_of(order).questions(order.source, seen)
    if apis.is_enabled(seen, "iam.googleapis.com"):
        yield from account.questions(project, name)
    if apis.is_enabled(seen, "storage.googleapis.com"):
        yield from bucket.questions(project, name, seen)
        yield from bucket_access.questions(project, name, seen)
    made = database_of(order)
    if made and apis.is_enabled(seen, SQL):
        yield from database.questions(made, seen)
    if apis.is_enabled(seen, "secretmanager.googleapis.com"):
        if made:
            yield from database.secret_questions(made, seen)
        yield from secrets.questions(project, _named_by_people(order), seen)


def changes(order: EngineOrder, seen: Seen) -> Iterator[Change]:
    """Make it, in order."""
    settings, name = order.settings, order.name
    project, made = settings.project, database_of(order)
    yield apis.change(project, seen, _apis(order))
    yield bucket.change(project, home(order), name, seen)
    if apis.is_enabled(seen, "secretmanager.googleapis.com"):
        for variable, secret in secrets_of(order).items():
            if not (made and secret == made.secret):
                secrets.refuse_missing(secrets.plain_name(secret), seen, variable)
    yield change_for(account.thing(project, name), seen, name)
    for role, why in _roles(order).items():
        yield account.role_change(project, name, role, why, seen)
    yield bucket_access.change(project, name, seen)
    if made:
        yield from database.changes(made, seen)
    who = account.member(project, name)
    for secret in dict.fromkeys(map(secrets.plain_name, secrets_of(order).values())):
        yield secrets.reading_change(project, secret, who, seen)
    yield change_for(registry_of(order).thing(), seen, name)
    in_cloud = settings.build == "cloud_build"
    yield registry_of(order).change(order.source, seen, in_cloud)


def removals(order: EngineOrder, seen: Seen, with_data: bool) -> Iterator[Change]:
    """Remove what of it is ours; the APIs stay."""
    project, name, made = order.settings.project, order.name, database_of(order)
    who = account.member(project, name)
    yield removal_of(registry_of(order).thing(), seen, name)
    owned = account.thing(project, name)
    if is_owned(seen.get(owned.query.key) or {}, name):
        for secret in dict.fromkeys(map(secrets.plain_name, secrets_of(order).values())):
            if change := secrets.reading_removal(project, secret, who, seen):
                yield change
        yield bucket_access.change(project, name, seen, "remove")
        yield from account.role_removals(project, name, seen)
    yield removal_of(owned, seen, name)
    if made:
        yield from database.removals(made, seen, with_data)
    yield bucket.removal(project, name, seen, with_data)


def _named_by_people(order: EngineOrder) -> tuple[str, ...]:
    made = database_of(order)
    names = map(secrets.plain_name, secrets_of(order).values())
    return tuple(dict.fromkeys(name for name in names if made is None or name != made.secret))


def _apis(order: EngineOrder) -> tuple[str, ...]:
    settings = order.settings
    more = {
        SQL: settings.database == "cloud_sql",
        DNS: bool(settings.dns_zone),
        "cloudbuild.googleapis.com": settings.build == "cloud_build",
    }
    return (*ALWAYS_APIS, *(api for api, is_needed in more.items() if is_needed))


def _roles(order: EngineOrder) -> dict[str, str]:
    by_sql = {SQL_ROLE: "machines reach the database"} if database_of(order) else {}
    return {**ROLES, **by_sql}

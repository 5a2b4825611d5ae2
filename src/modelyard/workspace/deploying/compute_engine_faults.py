"""What does not go together in `[deploy.compute_engine]`."""

import re
from collections.abc import Iterator

from modelyard.workspace.deploying.cloud_run import CONNECTIONS, KEPT_CONNECTIONS
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings
from modelyard.workspace.deploying.settings import SECRET_NAME, Contradiction

REGION = re.compile(r"[a-z]+-[a-z]+[0-9]{1,2}")
ZONE_END = re.compile(r"-[a-z]")
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
PLAIN = re.compile(r"[a-z][a-z0-9-]{0,62}")


def of_places(settings: ComputeEngineSettings) -> Iterator[Contradiction]:
    """Look at regions and zones."""
    if len(set(settings.regions)) < len(settings.regions):
        yield Contradiction("regions", "names a region twice.")
    for region in settings.regions:
        if not REGION.fullmatch(region):
            why = f"'{region[:60]}' is no region."
            yield Contradiction("regions", why, "Such as europe-west4.")
    for zone in settings.zones:
        if zone[:-2] not in settings.regions or not ZONE_END.fullmatch(zone[-2:]):
            why = f"'{zone[:60]}' is in none of the regions."
            yield Contradiction("zones", why, "Such as europe-west4-a.")
    if settings.zones and not all(map(settings.zones_of, settings.regions)):
        why = "names none for some of the regions."
        yield Contradiction("zones", why, "Name them for all regions, or for none.")
    if settings.subnet and len(settings.regions) > 1:
        why = "lies in one region, and there are several."
        yield Contradiction("subnet", why, "Take a network that has a subnet in each by itself.")


def of_names(settings: ComputeEngineSettings) -> Iterator[Contradiction]:
    """Look at domains."""
    if settings.regions and not settings.domains and not settings.plain_http:
        why = "is missing, so there would be no HTTPS."
        cure = 'Such as ["yard.example.com"]; for a trial, plain_http = true.'
        yield Contradiction("domains", why, cure)
    if settings.domains and settings.plain_http:
        yield Contradiction("plain_http", "is for a deployment without domains.")
    for domain in settings.domains:
        if not DOMAIN.fullmatch(domain):
            why = f"'{domain[:80]}' is no name."
            yield Contradiction("domains", why, "In small letters, such as yard.example.com.")
    for key in ("dns_zone", "machine", "network", "subnet"):
        value = getattr(settings, key)
        if value and not PLAIN.fullmatch(value):
            yield Contradiction(key, f"'{value[:60]}' is no name in Google Cloud.")
    if settings.dns_zone and not settings.domains:
        yield Contradiction("dns_zone", "is for domains, and there are none.")


def of_signals(settings: ComputeEngineSettings) -> Iterator[Contradiction]:
    """Look at what the autoscaler is told."""
    if settings.min_instances > settings.max_instances:
        why = f"is more than max_instances, {settings.max_instances}."
        yield Contradiction("min_instances", why)
    signals = (settings.target_cpu, settings.load_share, settings.target_latency_ms)
    if settings.max_instances > settings.min_instances and not any(signals):
        yield Contradiction("target_cpu", "and all other targets are 0: nothing adds a machine.")
    if settings.predictive and not settings.target_cpu:
        yield Contradiction("predictive", "predicts the use of processors, and target_cpu is 0.")


def of_what_is_kept(settings: ComputeEngineSettings) -> Iterator[Contradiction]:
    """Look at the database."""
    if settings.database == "none" and settings.is_many:
        why = "several machines need one database."
        cure = "Take cloud_sql; or one region, with min_instances and max_instances = 1."
        yield Contradiction("database", why, cure)
    if (settings.database == "secret") != bool(settings.database_secret):
        why = 'goes with database = "secret", and with that alone.'
        yield Contradiction("database_secret", why)
    if settings.database_secret and not SECRET_NAME.fullmatch(settings.database_secret):
        cure = "The secret itself does not stand here."
        yield Contradiction("database_secret", "is no name of a secret.", cure)
    most = CONNECTIONS[settings.database_tier] - KEPT_CONNECTIONS
    if settings.database == "cloud_sql" and settings.connections > most:
        why = (
            f"{settings.database_tier} takes {most} connections, {settings.connections} are needed."
        )
        cure = "Take a larger one, or fewer max_instances, processes or threads."
        yield Contradiction("database_tier", why, cure)
    for name, value in settings.environment.items():
        if not value.isprintable():
            yield Contradiction("environment", f"{name} has several lines, or no plain text.")

"""What does not go together in `[deploy.ecs]`."""

import ipaddress
from collections.abc import Iterator

from modelyard.workspace.deploying.ecs import EcsSettings
from modelyard.workspace.deploying.settings import Contradiction

FARGATE_MEMORY_MIB = {
    256: (512, 2048),
    512: (1024, 4096),
    1024: (2048, 8192),
    2048: (4096, 16_384),
    4096: (8192, 30_720),
    8192: (16_384, 61_440),
    16_384: (32_768, 122_880),
}
"""The least and the most memory for each size of processor, as Fargate sells them."""
STEP_MIB = 512
DATABASE_URL = "MODELYARD_DATABASE_URL"
PASSWORD = "PGPASSWORD"  # noqa: S105 (the name of a variable)


def of_sizes(settings: EcsSettings) -> Iterator[Contradiction]:
    """Look at processors and memory: Fargate has certain sizes only."""
    if not settings.is_fargate:
        return
    for cpu_key, memory_key in (("cpu", "memory_mib"), ("run_worker_cpu", "run_worker_memory_mib")):
        cpu, memory_mib = getattr(settings, cpu_key), getattr(settings, memory_key)
        if cpu not in FARGATE_MEMORY_MIB:
            known = ", ".join(map(str, FARGATE_MEMORY_MIB))
            yield Contradiction(cpu_key, f"{cpu} is no size of Fargate.", f"Known: {known}.")
            continue
        least, most = FARGATE_MEMORY_MIB[cpu]
        if not least <= memory_mib <= most or memory_mib % STEP_MIB:
            why = f"with {cpu_key} = {cpu}, Fargate has {least} to {most} MiB, in steps of 512."
            yield Contradiction(memory_key, why)


def of_signals(settings: EcsSettings) -> Iterator[Contradiction]:
    """Look at what the autoscaling is told."""
    if settings.min_instances > settings.max_instances:
        why = f"is more than max_instances, {settings.max_instances}."
        yield Contradiction("min_instances", why)
    signals = (settings.target_cpu, settings.requests_per_instance)
    if settings.max_instances > settings.min_instances and not any(signals):
        why = "and requests_per_instance are 0: nothing adds a task."
        yield Contradiction("target_cpu", why)


def of_networks(settings: EcsSettings) -> Iterator[Contradiction]:
    """Look at vpc and subnets."""
    if bool(settings.vpc) != bool(settings.subnets):
        key, other = ("vpc", "subnets") if settings.vpc else ("subnets", "vpc")
        cure = "Name both for an existing network, neither for one of its own."
        yield Contradiction(key, f"needs {other} beside it.", cure)
    if settings.balancer_subnets and not settings.vpc:
        yield Contradiction("balancer_subnets", "is for an existing network: name its vpc.")
    for key in ("subnets", "balancer_subnets"):
        if len(set(getattr(settings, key))) == 1:
            yield Contradiction(key, "names one: the load balancer needs two, in two zones.")
    if settings.addresses == "none" and not settings.vpc:
        why = "is for an existing network: one of its own has no NAT to fetch the image by."
        yield Contradiction("addresses", why)


def of_people(settings: EcsSettings) -> Iterator[Contradiction]:
    """Look at who reaches it, and by which name."""
    for text in settings.allow_from:
        try:
            network = ipaddress.IPv4Network(text)
        except ValueError:
            why = f"'{text[:60]}' is no network."
            yield Contradiction("allow_from", why, "Such as 203.0.113.0/24.")
            continue
        if network.prefixlen == 0:
            yield Contradiction("allow_from", "is everybody.", "Say so: public = true.")
    if settings.public and settings.allow_from:
        yield Contradiction("allow_from", "has no meaning where public lets everybody in.")
    for key in ("certificate", "hosted_zone"):
        if getattr(settings, key) and not settings.domain:
            yield Contradiction(key, "is for a domain, and there is none.")
    if settings.domain and not (settings.certificate or settings.hosted_zone):
        cure = "Name its certificate, or its hosted_zone, where one is made then."
        yield Contradiction("domain", "has no certificate.", cure)


def of_databases(settings: EcsSettings) -> Iterator[Contradiction]:
    """Look at where the database is."""
    has_url = DATABASE_URL in settings.secrets
    if settings.database == "secret" and not has_url:
        cure = f"Keep its URL in Secrets Manager, and name that as {DATABASE_URL} in secrets."
        yield Contradiction("database", "has no URL.", cure)
    if settings.has_own_database and has_url:
        why = f'is "rds", and {DATABASE_URL} stands in secrets.'
        yield Contradiction("database", why, 'With that, set database = "secret".')


def of_variables(settings: EcsSettings) -> Iterator[Contradiction]:
    """Look at what the tasks are told."""
    if settings.has_own_database and PASSWORD in {*settings.environment, *settings.secrets}:
        yield Contradiction("secrets", f"{PASSWORD} is set by the deployment itself.")
    for variable, value in settings.environment.items():
        if "{{" in value:
            why = f"the value of {variable} holds '{{{{', by which CloudFormation takes secrets."
            yield Contradiction("environment", why, "Name the secret in secrets.")
    for variable, name in settings.secrets.items():
        if ":" in name:
            why = f"'{name[:60]}' for {variable} names a version: Amazon's have no numbers."
            yield Contradiction("secrets", why)


LOOKS = (of_sizes, of_signals, of_networks, of_people, of_databases, of_variables)

"""What it costs a month, by list prices."""

from collections.abc import Iterator

from modelyard.deploy.plan import CostRange
from modelyard.deploy.prices import Use, cost_of, month_hours
from modelyard.workspace.deploying.cloud_run import CloudRunSettings, memory_mib

TIERS: dict[str, tuple[tuple[str, float], ...]] = {
    "db-f1-micro": (("cloud_sql_db_f1_micro_hour", 1),),
    "db-g1-small": (("cloud_sql_db_g1_small_hour", 1),),
    "db-custom-1-3840": (("cloud_sql_vcpu_hour", 1), ("cloud_sql_gib_hour", 3.75)),
    "db-custom-2-7680": (("cloud_sql_vcpu_hour", 2), ("cloud_sql_gib_hour", 7.5)),
}
FILES_GIB = (1.0, 20.0)
IMAGES_GIB = (0.5, 5.0)


def cost(settings: CloudRunSettings) -> CostRange:
    """Give what it costs with nobody asking, and with all instances busy."""
    return cost_of([*_service(settings), *_workers(settings), *_kept(settings)])


def _service(settings: CloudRunSettings) -> Iterator[Use]:
    seconds = month_hours() * 3600
    gib = (memory_mib(settings.memory) or 0) / 1024
    least, most = settings.min_instances * seconds, settings.max_instances * seconds
    if settings.workers == "inside":
        yield Use("cloud_run_always_vcpu_second", least * settings.cpu, most * settings.cpu)
        yield Use("cloud_run_always_gib_second", least * gib, most * gib)
        return
    if least:
        yield Use("cloud_run_idle_vcpu_second", least * settings.cpu, 0)
    yield Use("cloud_run_vcpu_second", 0, most * settings.cpu)
    yield Use("cloud_run_gib_second", least * gib, most * gib)


def _workers(settings: CloudRunSettings) -> Iterator[Use]:
    if settings.workers == "pool":
        seconds = settings.worker_instances * month_hours() * 3600
        gib = seconds * (memory_mib(settings.worker_memory) or 0) / 1024
        yield Use("cloud_run_always_vcpu_second", seconds, seconds)
        yield Use("cloud_run_always_gib_second", gib, gib)


def _kept(settings: CloudRunSettings) -> Iterator[Use]:
    if settings.database == "cloud_sql":
        for price, units in TIERS[settings.database_tier]:
            yield Use(price, units * month_hours(), units * month_hours())
        disk = settings.database_disk_gib
        yield Use("cloud_sql_ssd_gib_month", disk, disk)
        yield Use("secret_version_month", 1, 1)
    yield Use("cloud_storage_gib_month", *FILES_GIB)
    yield Use("artifact_registry_gib_month", *IMAGES_GIB)

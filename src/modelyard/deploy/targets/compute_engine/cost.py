"""What machines and load balancer cost a month, by list prices."""

from modelyard.deploy.plan import CostRange
from modelyard.deploy.prices import Use, cost_of, month_hours, prices
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings

TIERS = {"db-f1-micro": "cloud_sql_db_f1_micro_hour", "db-g1-small": "cloud_sql_db_g1_small_hour"}
SQL_SIZES = {"db-custom-1-3840": (1, 3.75), "db-custom-2-7680": (2, 7.5)}
BUSY_GIB = 500
"""What may pass the load balancer in a busy month, in GiB."""


def of(settings: ComputeEngineSettings) -> CostRange:
    """Give the range: all regions at their fewest machines, and at their most."""
    hours, regions = month_hours(), len(settings.regions)
    low, high = settings.min_instances * regions, settings.max_instances * regions
    uses = [
        Use("persistent_balanced_gib_month", low * settings.disk_gib, high * settings.disk_gib),
        Use("load_balancer_rules_hour", hours, hours),
        Use("load_balancer_gib", 0, BUSY_GIB),
        *_database(settings),
    ]
    if _machine(settings) in prices():
        uses.append(Use(_machine(settings), low * hours, high * hours))
    if settings.addresses == "external":
        uses.append(Use("external_address_hour", low * hours, high * hours))
    return cost_of(uses)


def notes(settings: ComputeEngineSettings) -> tuple[str, ...]:
    """Say what the range leaves out."""
    if _machine(settings) in prices():
        return ()
    return (f"The price of {settings.machine} is not known here, and not in the cost.",)


def _machine(settings: ComputeEngineSettings) -> str:
    return f"{settings.machine.replace('-', '_')}_hour"


def _database(settings: ComputeEngineSettings) -> list[Use]:
    if settings.database != "cloud_sql":
        return []
    hours, tier, disk = month_hours(), settings.database_tier, settings.database_disk_gib
    kept = Use("cloud_sql_ssd_gib_month", disk, disk)
    if tier in TIERS:
        return [Use(TIERS[tier], hours, hours), kept]
    cpus, gib = SQL_SIZES[tier]
    vcpu = Use("cloud_sql_vcpu_hour", cpus * hours, cpus * hours)
    return [vcpu, Use("cloud_sql_gib_hour", gib * hours, gib * hours), kept]

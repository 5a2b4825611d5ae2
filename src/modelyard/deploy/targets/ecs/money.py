"""What a deployment costs a month, by list prices."""

from collections.abc import Iterator

from modelyard.deploy.plan import CostRange
from modelyard.deploy.prices import Use, cost_of, month_hours, prices
from modelyard.workspace.deploying.ecs import EcsSettings

CAPACITY_UNITS_BUSY = 5
"""Of the load balancer, when all tasks are busy all month."""
IMAGES_GIB = 2
LOGS_GIB = (1, 20)


def cost(settings: EcsSettings) -> CostRange:
    """Add up tasks, load balancer, database and what is kept."""
    return cost_of((*_tasks(settings), *_balancer(), *_database(settings), *_kept()))


def _tasks(settings: EcsSettings) -> Iterator[Use]:
    hours = month_hours()
    low, high = settings.min_instances, settings.max_instances
    if not settings.is_fargate:
        price = _known(f"ec2_{settings.machine}_hour", "ec2_t3.large_hour")
        yield Use(price, hours, hours * settings.max_machines)
        yield Use("aws_public_ipv4_hour", hours, hours * settings.max_machines)
        return
    web, workers = settings.cpu / 1024, settings.run_workers * settings.run_worker_cpu / 1024
    yield Use("fargate_vcpu_hour", hours * (low * web + workers), hours * (high * web + workers))
    gib = settings.memory_mib / 1024
    more = settings.run_workers * settings.run_worker_memory_mib / 1024
    yield Use("fargate_gib_hour", hours * (low * gib + more), hours * (high * gib + more))
    if settings.addresses == "external":
        count = (low + settings.run_workers, high + settings.run_workers)
        yield Use("aws_public_ipv4_hour", hours * count[0], hours * count[1])


def _balancer() -> Iterator[Use]:
    hours = month_hours()
    yield Use("aws_load_balancer_hour", hours, hours)
    yield Use("aws_load_balancer_unit_hour", 0, hours * CAPACITY_UNITS_BUSY)


def _database(settings: EcsSettings) -> Iterator[Use]:
    if not settings.has_own_database:
        return
    count = 2 if settings.database_standby else 1
    hours = month_hours() * count
    price = _known(f"rds_{settings.database_class}_hour", "rds_db.t4g.micro_hour")
    yield Use(price, hours, hours)
    size = settings.database_gib * count
    yield Use("rds_gib_month", size, size)
    yield Use("aws_secret_month", 1, 1)


def _kept() -> Iterator[Use]:
    yield Use("ecr_gib_month", IMAGES_GIB, IMAGES_GIB)
    yield Use("cloudwatch_logs_gib", *LOGS_GIB)


def _known(name: str, otherwise: str) -> str:
    """Give the price of a size, else that of another: `costs_guessed` says so."""
    return name if name in prices() else otherwise


def costs_guessed(settings: EcsSettings) -> tuple[str, ...]:
    """Name the sizes whose price is not in the list, for the notes."""
    asked = [] if settings.is_fargate else [f"ec2_{settings.machine}_hour"]
    if settings.has_own_database:
        asked.append(f"rds_{settings.database_class}_hour")
    missing = [name.split("_")[1] for name in asked if name not in prices()]
    return tuple(
        f"The price of {name} is not known here; a small one was counted." for name in missing
    )

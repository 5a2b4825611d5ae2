"""What runs, as lines."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Seen
from modelyard.deploy.google import database
from modelyard.deploy.target import Line
from modelyard.deploy.targets.cloud_run import access
from modelyard.deploy.targets.cloud_run.document import previous_image
from modelyard.deploy.targets.cloud_run.names import Names, address, image_in


def status_lines(names: Names, seen: Seen) -> tuple[Line, ...]:
    """Say what runs, where, by which image."""
    return tuple(_lines(names, seen))


def _lines(names: Names, seen: Seen) -> Iterator[Line]:
    service, pool = seen.get("service"), seen.get("pool")
    yield Line("deployment", f"{names.name}, {names.place}")
    if service is None:
        yield Line("service", "is not deployed")
    else:
        yield Line("service", readiness(service))
        yield Line("address", (service.get("status") or {}).get("url") or address(names, seen))
        yield Line("revision", str((service.get("status") or {}).get("latestReadyRevisionName")))
        yield Line("image", image_in(service))
        yield Line("image before", previous_image(service) or "none: a rollback is not possible")
        invokers = ", ".join(access.invokers_now(seen))
        yield Line("may ask", invokers.replace(access.EVERYBODY, "everybody") or "private")
    if pool is not None:
        yield Line("worker pool", f"{readiness(pool)}, {image_in(pool)}")
    sql = seen.get(database.KEY)
    if sql is not None:
        tier = (sql.get("settings") or {}).get("tier", "")
        yield Line("database", f"{names.database.instance} {tier} {sql.get('state', '')}".strip())


def readiness(found: Any) -> str:
    """Say whether it is ready, and if not why."""
    conditions = (found.get("status") or {}).get("conditions") or ()
    ready: Any = next((one for one in conditions if one.get("type") == "Ready"), {})
    if ready.get("status") == "True":
        return "ready"
    return f"not ready: {ready.get('message') or ready.get('reason') or 'it is being made'}"

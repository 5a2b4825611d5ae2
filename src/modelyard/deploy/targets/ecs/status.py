"""What runs, where, by which image; and what it says."""

from collections.abc import Iterator

from modelyard.deploy.cloud import Seen
from modelyard.deploy.steps import Command
from modelyard.deploy.target import Line
from modelyard.deploy.targets.ecs.aws import NO_PAGER, EcsOrder
from modelyard.deploy.targets.ecs.services import WEB, WORKER
from modelyard.deploy.targets.ecs.standing import Standing, standing
from modelyard.deploy.targets.ecs.tasks import log_group

SINCE = "1d"
KINDS = {WEB: "web", WORKER: "worker"}


def lines(order: EcsOrder, seen: Seen) -> tuple[Line, ...]:
    """Give the lines of `status`."""
    return tuple(_lines(order, seen, standing(order, seen)))


def logs(order: EcsOrder, count: int, follow: bool) -> Command:
    """Give the command that shows the log lines; aws of version 2 knows it."""
    asked = ("--since", SINCE, "--format", "short", *(("--follow",) if follow else ()))
    argv = ("aws", "logs", "tail", log_group(order.name), *asked)
    region = ("--region", order.settings.region)
    why = f"show what the tasks said ({count} lines were asked for; aws counts by time)"
    return Command((*argv, *region), why, environ=NO_PAGER)


def _lines(order: EcsOrder, seen: Seen, now: Standing) -> Iterator[Line]:
    if not now.status:
        yield Line("stack", "there is none")
        return
    yield Line("stack", f"modelyard-{order.name}: {now.status}")
    address = _outputs(seen).get("Address") or _domain(order)
    if address:
        yield Line("address", address)
    if now.serving:
        yield Line("image", now.serving)
        yield Line("image before", now.previous or "none")
    for service in now.services:
        called = str(service.get("serviceName", ""))
        name = next((label for mark, label in KINDS.items() if mark in called), called)
        running, wanted = service.get("runningCount", 0), service.get("desiredCount", 0)
        yield Line(name, f"{running} of {wanted} tasks run")
    for name in ("Database", "Blobs"):
        if name in now.ids:
            yield Line(name.lower(), now.ids[name])


def _domain(order: EcsOrder) -> str:
    return f"https://{order.settings.domain}" if order.settings.domain else ""


def _outputs(seen: Seen) -> dict[str, str]:
    found = ((seen.get("stack") or {}).get("Stacks") or [{}])[0].get("Outputs") or ()
    return {one["OutputKey"]: one["OutputValue"] for one in found}

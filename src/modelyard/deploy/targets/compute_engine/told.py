"""What `status` and `logs` show."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google.things import find, pick
from modelyard.deploy.steps import Command
from modelyard.deploy.target import Line
from modelyard.deploy.targets.compute_engine import (
    domains,
    down,
    front,
    groups,
    leftovers,
    network,
    templates,
    up,
)
from modelyard.deploy.targets.compute_engine.basis import EngineOrder
from modelyard.deploy.targets.compute_engine.commands import GLOBAL, Site

NOT_YET = "not deployed"


def health_query(site: Site) -> Query:
    """Ask how many machines the load balancer sees as ready."""
    return site.show("backend-services", "get-health", site.name, *GLOBAL)


def status(order: EngineOrder, seen: Seen) -> tuple[Line, ...]:
    """Say what runs, where, by which image."""
    site = up.site_of(order)
    release = down.current(site, seen)
    if not release:
        return (Line("service", NOT_YET),)
    return (
        Line("address", _link(site, seen)),
        Line("release", release),
        Line("image", _image(site, release, seen)),
        *(_region(site, region, seen) for region in leftovers.regions_of(site, seen)),
        *_certificate(site, seen),
        *(Line("to do", note) for note in domains.records_to_make(site, seen)),
        *(Line("before", one["name"]) for one in _earlier(site, release, seen)),
    )


def logs(order: EngineOrder, lines: int, follow: bool) -> Command:
    """Give the command that shows what the services of all machines say."""
    project, name = order.settings.project, order.name
    rule = (
        'resource.type="gce_instance" AND log_id("cos_containers") '
        f'AND labels."compute.googleapis.com/resource_name":"{name}-"'
    )
    if follow:
        argv = ("gcloud", "beta", "logging", "tail", rule, f"--project={project}")
        return Command(argv, "show what it says, as it says it")
    shown = "--format=value(timestamp,jsonPayload.message)"
    words = ("gcloud", "logging", "read", rule, f"--project={project}", f"--limit={lines}")
    return Command((*words, shown, "--order=desc"), "show what it said")


def _link(site: Site, seen: Seen) -> str:
    led = pick(find(network.address(site), seen), ("address",)) or "none"
    if site.settings.domains:
        return f"https://{site.settings.domains[0]} ({led})"
    return f"http://{led}"


def _image(site: Site, release: str, seen: Seen) -> str:
    found = (one for one in templates.releases(site, seen) if one["name"] == release)
    return next(map(templates.image_of, found), "unknown")


def _region(site: Site, region: str, seen: Seen) -> Line:
    found: Any = find(groups.group(site, region, ""), seen)
    size = found.get("targetSize", 0)
    is_reached = pick(found, ("status", "versionTarget", "isReached")) is not False
    state = "all on this release" if is_reached else "being replaced"
    least = pick(found, ("autoscaler", "autoscalingPolicy", "minNumReplicas"))
    most = pick(found, ("autoscaler", "autoscalingPolicy", "maxNumReplicas"))
    return Line(region, f"{size} machines of {least} to {most}, {state}")


def _certificate(site: Site, seen: Seen) -> Iterator[Line]:
    found = find(front.certificate(site), seen)
    if found is not None:
        yield Line("certificate", str(pick(found, ("managed", "status")) or "unknown").lower())


def _earlier(site: Site, release: str, seen: Seen) -> list[dict[str, Any]]:
    return [one for one in templates.releases(site, seen) if one["name"] != release]

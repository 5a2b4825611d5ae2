"""The plans that go back to the release before, and that remove everything."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Seen
from modelyard.deploy.google.things import find, pick, removal_of
from modelyard.deploy.plan import Change, DeployPlan
from modelyard.deploy.targets.compute_engine import (
    basis,
    domains,
    front,
    groups,
    leftovers,
    network,
    templates,
    up,
)
from modelyard.deploy.targets.compute_engine.basis import EngineOrder
from modelyard.deploy.targets.compute_engine.commands import Site
from modelyard.errors import NotFound

DELETE = (
    "compute.backendServices.delete",
    "compute.firewalls.delete",
    "compute.globalAddresses.delete",
    "compute.globalForwardingRules.delete",
    "compute.healthChecks.delete",
    "compute.instanceGroupManagers.delete",
    "compute.instanceTemplates.delete",
    "compute.sslCertificates.delete",
    "compute.targetHttpProxies.delete",
    "compute.targetHttpsProxies.delete",
    "compute.urlMaps.delete",
)


def rollback(order: EngineOrder, seen: Seen) -> DeployPlan:
    """Go back to the newest release before this one that has another image."""
    site = up.site_of(order)
    before = previous(site, seen)
    image = templates.image_of(before)
    changes = tuple(
        up.rollout(site, region, before["name"], seen)
        for region in leftovers.regions_of(site, seen)
    )
    notes = (
        f"Back to {image}.",
        "The settings of its machines come back with it; load balancer and autoscaler stay.",
    )
    place = f"project {order.settings.project}, {', '.join(order.settings.regions)}"
    return DeployPlan(f"Roll {order.name} back on Compute Engine", place, changes, notes=notes)


def previous(site: Site, seen: Seen) -> dict[str, Any]:
    """Give the template to go back to. Raises NotFound where there is none."""
    found = templates.releases(site, seen)
    now = current(site, seen)
    names = [one["name"] for one in found]
    if now not in names:
        raise NotFound("rollback", f"{site.name} runs no release here.", "Deploy it first.")
    at = names.index(now)
    image = templates.image_of(found[at])
    for one in found[at + 1 :]:
        if templates.image_of(one) != image:
            return one
    raise NotFound("rollback", "there is no release before this one.", "Deploy the one you want.")


def current(site: Site, seen: Seen) -> str:
    """Give the release of the first region that has one; empty where none has."""
    for region in leftovers.regions_of(site, seen):
        found = find(groups.group(site, region, ""), seen)
        name = pick(found, ("versions", 0, "instanceTemplate"))
        if name:
            return str(name).rpartition("/")[2]
    return ""


def destroy(order: EngineOrder, seen: Seen, with_data: bool) -> DeployPlan:
    """Remove all that is ours: what leads somewhere before what it leads to."""
    site = up.site_of(order)
    place = f"project {order.settings.project}, {', '.join(order.settings.regions)}"
    changes = (*_compute(site, seen), *basis.removals(order, seen, with_data))
    notes = ("The APIs stay enabled: others may use them.",)
    return DeployPlan(f"Remove {order.name} from Compute Engine", place, changes, notes=notes)


def _compute(site: Site, seen: Seen) -> Iterator[Change]:
    if site.settings.dns_zone:
        yield from domains.record_removals(site, seen)
    things = (
        front.rule(site, "https"),
        front.rule(site, "http"),
        front.https_proxy(site),
        front.http_proxy(site),
        front.redirect(site),
        front.url_map(site),
        *leftovers.old_certificates(site, seen),
        front.certificate(site),
        front.backend(site),
        *(groups.group(site, region, "") for region in leftovers.regions_of(site, seen)),
        network.ready_check(site),
        network.alive_check(site),
        network.firewall(site),
        network.address(site),
    )
    seen_before = set()
    for thing in things:
        if thing.what not in seen_before and find(thing, seen) is not None:
            seen_before.add(thing.what)
            yield removal_of(thing, seen, site.name, DELETE)
    for one in templates.releases(site, seen):
        step = templates.removal_step(site, one["name"])
        what = f"instance template {one['name']}"
        yield Change(what, "delete", "forget the release", (step,), DELETE)

"""The plan that brings the machines and their load balancer to what is wanted."""

from collections.abc import Iterator
from dataclasses import replace

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google import apis
from modelyard.deploy.google.pushed import refuse_elsewhere
from modelyard.deploy.google.things import Thing, change_for, find, pick
from modelyard.deploy.plan import Change, DeployPlan
from modelyard.deploy.targets.compute_engine import (
    basis,
    cost,
    domains,
    front,
    groups,
    leftovers,
    network,
    templates,
)
from modelyard.deploy.targets.compute_engine.basis import EngineOrder
from modelyard.deploy.targets.compute_engine.commands import Site


def site_of(order: EngineOrder) -> Site:
    """Give what the commands are about."""
    return Site(order.name, order.settings)


def questions(order: EngineOrder, seen: Seen) -> Iterator[Query]:
    """Say what must be known."""
    yield from basis.questions(order, seen)
    site = site_of(order)
    if apis.is_enabled(seen, basis.COMPUTE):
        yield from dict.fromkeys(thing.query for thing in all_kinds(site))
        yield templates.templates_query(site)
    if order.settings.dns_zone and apis.is_enabled(seen, basis.DNS):
        yield domains.records_query(site)


def all_kinds(site: Site) -> Iterator[Thing]:
    """Give one thing of each kind that may be there, whatever the settings say now."""
    yield from (network.firewall(site), network.ready_check(site), network.address(site))
    yield groups.group(site, "", "")
    yield from (front.backend(site), front.url_map(site), front.certificate(site))
    yield from (front.https_proxy(site), front.http_proxy(site), front.rule(site, "http"))


def release_name(order: EngineOrder, seen: Seen) -> str:
    """Give the name of the release that is wanted."""
    machine, account = basis.machine_of(order, seen), basis.account_of(order)
    return templates.template_name(site_of(order), machine, order.source.tag, account)


def plan(order: EngineOrder, seen: Seen) -> DeployPlan:
    """Say how the wanted state is reached."""
    refuse_elsewhere("Compute Engine", order.source.pushed)
    site = site_of(order)
    return DeployPlan(
        f"Deploy {order.name} to Compute Engine",
        f"project {order.settings.project}, {', '.join(order.settings.regions)}",
        (*basis.changes(order, seen), *_changes(order, site, seen)),
        cost.of(order.settings),
        (*_who(order), *domains.records_to_make(site, seen), *cost.notes(order.settings)),
    )


def _changes(order: EngineOrder, site: Site, seen: Seen) -> Iterator[Change]:
    name, release = order.name, release_name(order, seen)
    for thing in (network.firewall(site), network.ready_check(site), network.alive_check(site)):
        yield change_for(thing, seen, name)
    yield _address_change(site, seen)
    machine = basis.machine_of(order, seen)
    template = templates.template(site, release, machine, basis.account_of(order))
    yield change_for(template, seen, name)
    new = [region for region in site.settings.regions if not _is_there(site, region, seen)]
    for region in new:
        yield change_for(groups.group(site, region, release), seen, name)
    for region in site.settings.regions:
        yield change_for(groups.named_port(site, region), seen, name)
        if region not in new:
            yield change_for(groups.autohealing(site, region), seen, name)
    yield change_for(front.backend(site), seen, name)
    yield from (change_for(one, seen, name) for one in front.backends(site))
    for region in site.settings.regions:
        yield change_for(groups.autoscaler(site, region), seen, name)
    for region in site.settings.regions:
        yield rollout(site, region, release, seen)
    yield from (change_for(one, seen, name) for one in front.front(site))
    if site.settings.dns_zone:
        for domain in site.settings.domains:
            yield domains.record_change(site, domain, seen)
    yield from leftovers.changes(site, release, seen)


def rollout(site: Site, region: str, release: str, seen: Seen) -> Change:
    """Bring the release to the machines of one region, and wait until all of them run it."""
    thing, settled = groups.release(site, region, release), groups.settled(site, region)
    if not _is_there(site, region, seen):
        why = f"wait until the machines of {region} run, and are well"
        return Change(thing.what, "do", why, settled, groups.PERMISSIONS)
    change = change_for(thing, seen, site.name)
    if change.acts:
        return replace(change, why=thing.why, steps=(*change.steps, *settled))
    status = pick(find(thing, seen), ("status", "versionTarget", "isReached"))
    if status is False:
        why = "some machines do not run it yet"
        return Change(thing.what, "do", why, settled, groups.PERMISSIONS)
    return replace(change, why="all machines run it")


def _is_there(site: Site, region: str, seen: Seen) -> bool:
    return find(groups.group(site, region, ""), seen) is not None


def _address_change(site: Site, seen: Seen) -> Change:
    change = change_for(network.address(site), seen, site.name)
    if not change.acts or not site.settings.dns_zone:
        return change
    return replace(change, steps=(*change.steps, domains.tell_address(site)))


def _who(order: EngineOrder) -> tuple[str, ...]:
    if order.settings.plain_http:
        warning = "HTTP in the open: passwords can be read on the way. For a trial only."
        return (*_let_in(order), warning)
    return _let_in(order)


def _let_in(order: EngineOrder) -> tuple[str, ...]:
    if basis.is_public(order):
        return ("PUBLIC: until there are users, everybody who knows the address is let in.",)
    return (
        "Private: everybody must sign in. The link that makes the owner is in the log, once: "
        "modelyard deploy logs compute_engine",
    )

"""What earlier settings and releases left: it goes when what replaces it stands."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Seen
from modelyard.deploy.google.things import Thing, find, is_owned, pick, removal_of
from modelyard.deploy.plan import Change
from modelyard.deploy.steps import Command
from modelyard.deploy.targets.compute_engine import domains, front, groups, templates
from modelyard.deploy.targets.compute_engine.commands import GLOBAL, Site, named

GROUPS = ("compute.instanceGroupManagers.delete", "compute.backendServices.update")
CERTIFICATES = ("compute.sslCertificates.delete",)
TEMPLATES = ("compute.instanceTemplates.delete",)
FRONT = ("compute.globalForwardingRules.delete", "compute.targetHttpsProxies.delete")


def changes(site: Site, release: str, seen: Seen) -> Iterator[Change]:
    """Give what is removed after a deployment."""
    if site.settings.plain_http:
        yield from (gone for gone in _front(site, seen) if gone.acts)
    if site.settings.dns_zone:
        yield from domains.record_removals(site, seen, site.settings.domains)
    yield from (gone for gone in _certificates(site, seen) if gone.acts)
    yield from _regions(site, seen)
    yield from _templates(site, release, seen)


def old_certificates(site: Site, seen: Seen) -> Iterator[Thing]:
    """Give the certificates of domains that were named before."""
    for found in _of_kind(front.certificate(site), site, seen):
        if found["name"] != site.certificate or site.settings.plain_http:
            yield certificate_called(site, found["name"])


def certificate_called(site: Site, name: str) -> Thing:
    """Give a certificate of this name, to be removed."""
    why = "no name needs it"
    step = site.do(why, "ssl-certificates", "delete", name, *GLOBAL)
    return Thing(
        query=front.certificate(site).query,
        row=named(name),
        what=f"certificate {name}",
        why=why,
        make=(),
        remove=(step,),
    )


def regions_of(site: Site, seen: Seen) -> list[str]:
    """List the regions in which there is a group of ours."""
    found = _of_kind(groups.group(site, "", ""), site, seen)
    return [str(one["region"]).rpartition("/")[2] for one in found if one.get("region")]


def _front(site: Site, seen: Seen) -> Iterator[Change]:
    for thing in (front.rule(site, "https"), front.https_proxy(site), front.redirect(site)):
        if find(thing, seen) is not None:
            yield removal_of(thing, seen, site.name, FRONT)


def _certificates(site: Site, seen: Seen) -> Iterator[Change]:
    for thing in old_certificates(site, seen):
        yield removal_of(thing, seen, site.name, CERTIFICATES)


def _regions(site: Site, seen: Seen) -> Iterator[Change]:
    backend = find(front.backend(site), seen)
    for region in regions_of(site, seen):
        if region in site.settings.regions:
            continue
        steps: list[Command] = []
        if pick(backend, front.place_of(site, region)) is not None:
            steps.append(front.remove_backend(site, region))
        thing = groups.group(site, region, "")
        why = f"{region} is no longer among the regions"
        yield Change(thing.what, "delete", why, (*steps, *thing.remove), GROUPS)


def _templates(site: Site, release: str, seen: Seen) -> Iterator[Change]:
    """Remove the oldest, but never one that a group still names."""
    found = templates.releases(site, seen)
    named_now = {release, *(str(one) for one in _in_use(site, seen))}
    others = [one["name"] for one in found if one["name"] not in named_now]
    for name in others[max(site.settings.releases_kept - len(named_now), 0) :]:
        steps = (templates.removal_step(site, name),)
        why = f"{site.settings.releases_kept} releases are kept"
        yield Change(f"instance template {name}", "delete", why, steps, TEMPLATES)


def _in_use(site: Site, seen: Seen) -> Iterator[str]:
    for found in _of_kind(groups.group(site, "", ""), site, seen):
        for version in found.get("versions") or ():
            yield str(version.get("instanceTemplate")).rpartition("/")[2]


def _of_kind(thing: Thing, site: Site, seen: Seen) -> list[Any]:
    return [one for one in seen.get(thing.query.key) or () if is_owned(one, site.name)]

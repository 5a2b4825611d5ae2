"""Instance templates: each release is one, and none is ever changed."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google.things import Thing, is_owned, pick
from modelyard.deploy.source import DIGEST
from modelyard.deploy.steps import Command, later
from modelyard.deploy.targets.compute_engine.cloud_init import Machine, cloud_init
from modelyard.deploy.targets.compute_engine.commands import Site, named, options

OS_FAMILY = "cos-stable"
STDIN = "/dev/stdin"
IMAGE_KEY = "modelyard-image"
PERMISSIONS = ("compute.instanceTemplates.create", "iam.serviceAccounts.actAs")


def template_name(site: Site, machine: Machine, tag: str, account: str) -> str:
    """Give the name of a release: of all that decides how its machines are.

    It is known before the image is pushed: of an image that is built the tag counts, which tells
    its content, of another its digest.
    """
    by_tag = replace(machine, image=tag or machine.image)
    parts = (cloud_init(by_tag), *_hardware(site, account))
    return f"{site.name}-{sha256(chr(0).join(parts).encode()).hexdigest()[:10]}"


def templates_query(site: Site) -> Query:
    """List the releases that there are."""
    return site.among("instance-templates")


def template(site: Site, name: str, machine: Machine, account: str) -> Thing:
    """Give the template of a release."""
    why = f"machines of this release start with {_short(machine.image)}"
    metadata = (
        f"--metadata={IMAGE_KEY}={machine.image},google-logging-enabled=true,"
        "google-monitoring-enabled=true"
    )
    words = ("instance-templates", "create", name, metadata, *_hardware(site, account))
    read = f"--metadata-from-file=user-data={STDIN}"
    described = f"--description={site.mark}"
    step = site.have(why, *words, read, described, stdin=cloud_init(machine))
    return Thing(
        query=templates_query(site),
        row=named(name),
        what=f"instance template {name}",
        why=why,
        make=(step,),
        remove=(removal_step(site, name),),
        permissions=PERMISSIONS,
    )


def removal_step(site: Site, name: str) -> Command:
    """Remove a template."""
    return site.do("forget the release", "instance-templates", "delete", name)


def releases(site: Site, seen: Seen) -> list[dict[str, Any]]:
    """Give the templates of this deployment, the newest first."""
    found = [one for one in seen.get(templates_query(site).key) or () if is_owned(one, site.name)]
    return sorted(found, key=lambda one: str(one.get("creationTimestamp")), reverse=True)


def image_of(found: dict[str, Any]) -> str:
    """Give the image of a template, by its digest."""
    place = ("properties", "metadata", "items", ("key", IMAGE_KEY), "value")
    return str(pick(found, place) or "")


def _hardware(site: Site, account: str) -> tuple[str, ...]:
    settings = site.settings
    found = options(
        {
            "machine-type": settings.machine,
            "image-family": OS_FAMILY,
            "image-project": "cos-cloud",
            "boot-disk-size": f"{settings.disk_gib}GB",
            "boot-disk-type": "pd-balanced",
            "network": settings.network,
            "subnet": settings.subnet,
            "region": settings.regions[0] if settings.subnet else "",
            "tags": site.name,
            "labels": f"modelyard={site.name}",
            "service-account": account,
            "scopes": "cloud-platform",
        }
    )
    shielded = ("--shielded-secure-boot", "--shielded-vtpm", "--shielded-integrity-monitoring")
    bare = ("--no-address",) if settings.addresses == "none" else ()
    return (*found, *shielded, *bare)


def _short(image: str) -> str:
    name, _, digest = image.partition("@")
    shown = digest if digest == later(DIGEST) else digest[:19]
    return f"{name.rpartition('/')[2]}@{shown}"

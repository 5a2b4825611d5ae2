"""The names that lead to the address: made in Cloud DNS, or printed."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google.things import find, is_owned, pick
from modelyard.deploy.plan import Change
from modelyard.deploy.steps import Command, later
from modelyard.deploy.targets.compute_engine.commands import GLOBAL, Site
from modelyard.deploy.targets.compute_engine.front import certificate
from modelyard.deploy.targets.compute_engine.network import address
from modelyard.errors import Conflict

ADDRESS = "address"
"""The name under which a step gives the address that it was given by Google."""
TTL_S = 300
PERMISSIONS = ("dns.changes.create",)


def known_address(site: Site, seen: Seen) -> str:
    """Give our address; a place for it where it is yet to be made."""
    found = find(address(site), seen)
    if found is None or not is_owned(found, site.name):
        return later(ADDRESS)
    return str(found["address"])


def tell_address(site: Site) -> Command:
    """Ask which address was given."""
    words = site.compute("addresses", "describe", f"{site.name}-address", *GLOBAL)
    return Command((*words, "--format=value(address)"), "learn the address", gives=ADDRESS)


def records_query(site: Site) -> Query:
    """List the addresses of all names in the zone."""
    argv = _records(site, "list")
    return Query("records", (*argv, "--filter=type=A", "--format=json"))


def record_change(site: Site, domain: str, seen: Seen) -> Change:
    """Say how a name comes to lead to the address. Raises Conflict where it leads elsewhere."""
    rows, wanted = seen.get(records_query(site).key), known_address(site, seen)
    found = pick(rows, (("name", f"{domain}."),))
    what, why = f"DNS record {domain}", "the name leads to the address"
    if found is None:
        told = ("--type=A", f"--ttl={TTL_S}", f"--rrdatas={wanted}")
        step = Command(_records(site, "create", f"{domain}.", *told), "have the name lead there")
        return Change(what, "create", why, (step,), PERMISSIONS)
    if _leads_to(found) != wanted:
        raise Conflict(
            what,
            f"leads to {_leads_to(found) or 'something else'} already.",
            "Remove that record by hand if the name is to lead here, or take dns_zone out.",
        )
    return Change(what, "keep", why)


def record_removals(site: Site, seen: Seen, kept: tuple[str, ...] = ()) -> Iterator[Change]:
    """Remove the records of our names that lead to our address, but for those that are kept.

    One that is left would lead to whoever is given the address next. A record bears no label: ours
    are those whose names stand in our certificates, or in the settings.
    """
    address_now, ours = known_address(site, seen), set(_names_of(site, seen))
    for found in seen.get(records_query(site).key) or ():
        name = str(found["name"])
        plain = name.rstrip(".")
        if plain in ours and plain not in kept and _leads_to(found) == address_now:
            why = "the name leads nowhere"
            step = Command(_records(site, "delete", name, "--type=A"), "remove the record")
            yield Change(f"DNS record {plain}", "delete", why, (step,), PERMISSIONS)


def _names_of(site: Site, seen: Seen) -> Iterator[str]:
    yield from site.settings.domains
    for found in seen.get(certificate(site).query.key) or ():
        if is_owned(found, site.name):
            yield from pick(found, ("managed", "domains")) or ()


def records_to_make(site: Site, seen: Seen) -> tuple[str, ...]:
    """Say which records are to be made by hand."""
    settings = site.settings
    if not settings.domains or settings.dns_zone:
        return ()
    found = pick(find(address(site), seen), ("address",))
    led = str(found) if found else "the address, which `modelyard deploy status` then shows"
    records = tuple(f"Make this DNS record: {name}. A {led}" for name in settings.domains)
    until = "Until they are made there is no certificate; after that it takes up to an hour."
    return (*records, until)


def _records(site: Site, verb: str, *words: str) -> tuple[str, ...]:
    where = (f"--zone={site.settings.dns_zone}", f"--project={site.settings.project}", "--quiet")
    return ("gcloud", "dns", "record-sets", verb, *words, *where)


def _leads_to(found: Any) -> str:
    return ", ".join(pick(found, ("rrdatas",)) or ())

"""The names that lead to the address: made in Cloud DNS, or printed."""

from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google.things import find, pick
from modelyard.deploy.plan import Change
from modelyard.deploy.steps import Command, later
from modelyard.deploy.targets.compute_engine.commands import GLOBAL, Site
from modelyard.deploy.targets.compute_engine.network import address
from modelyard.errors import Conflict

ADDRESS = "address"
"""The name under which a step gives the address that it was given by Google."""
TTL_S = 300


def known_address(site: Site, seen: Seen) -> str:
    """Give the address; a place for it where it is yet to be made."""
    found = pick(find(address(site), seen), ("address",))
    return str(found) if found else later(ADDRESS)


def tell_address(site: Site) -> Command:
    """Ask which address was given."""
    words = site.compute("addresses", "describe", f"{site.name}-address", *GLOBAL)
    return Command((*words, "--format=value(address)"), "learn the address", gives=ADDRESS)


def record_query(site: Site, domain: str) -> Query:
    """Show the record of a domain."""
    return Query(f"record {domain}", (*_records(site, "describe", domain), "--format=json"))


def record_change(site: Site, domain: str, seen: Seen) -> Change:
    """Say how a name comes to lead to the address. Raises Conflict where it leads elsewhere."""
    found, wanted = seen.get(record_query(site, domain).key), known_address(site, seen)
    what, why = f"DNS record {domain}", "the name leads to the address"
    if found is None:
        argv = _records(site, "create", domain, f"--ttl={TTL_S}", f"--rrdatas={wanted}")
        return Change(what, "create", why, (Command(argv, why),), ("dns.changes.create",))
    if _leads_to(found) != wanted:
        raise Conflict(
            what,
            f"leads to {_leads_to(found) or 'something else'} already.",
            "Remove that record by hand if the name is to lead here, or take dns_zone out.",
        )
    return Change(what, "keep", why)


def record_removal(site: Site, domain: str, seen: Seen) -> Change:
    """Remove the record, if it leads to our address."""
    what, found = f"DNS record {domain}", seen.get(record_query(site, domain).key)
    if found is None:
        return Change(what, "keep", "is not there")
    if _leads_to(found) != known_address(site, seen):
        return Change(what, "keep", "leads elsewhere, so it was not made by this deployment")
    why = "the name leads nowhere"
    step = Command(_records(site, "delete", domain), why)
    return Change(what, "delete", why, (step,), ("dns.changes.create",))


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


def _records(site: Site, verb: str, domain: str, *more: str) -> tuple[str, ...]:
    where = (f"--zone={site.settings.dns_zone}", f"--project={site.settings.project}", "--quiet")
    return ("gcloud", "dns", "record-sets", verb, f"{domain}.", "--type=A", *where, *more)


def _leads_to(found: Any) -> str:
    return ", ".join(pick(found, ("rrdatas",)) or ())

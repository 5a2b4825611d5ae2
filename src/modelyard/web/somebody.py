"""What somebody else may see, and who has no account: for those who decide it."""

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches

from modelyard.accounts.actor import SCOPES_OF, Actor
from modelyard.accounts.decision import Decision, decide
from modelyard.accounts.resource import Resource, Visibility
from modelyard.accounts.user import User, clean_email
from modelyard.errors import Denied
from modelyard.web import guard
from modelyard.web.live import live, services

AT_MOST_S = 1.0
"""How long a list waits for what-if models that nobody asked for before."""


def why_for(email: str, resource: Resource) -> Decision:
    """Say whether somebody may see a resource, and the reason.

    Raises Invalid for what is no address, and Denied where the one who asks does not see to it.
    """
    if not guard.may("admin", resource):
        raise Denied(str(resource), "only those who manage it ask about others.")
    address = clean_email(email)
    user = live().records.accounts.users.find_by_email(address)
    if user is not None and not user.is_active:
        return Decision(False, f"{address} is disabled.")
    person = _actor(user, address)
    decided = decide(person, "read", resource, guard.visibility(resource))
    decided = live().records.planning.derived(decided, person, "read", resource)
    why = decided.why.replace(f"with you, {address}", f"with {address}")
    why = why.replace("with you.", f"with {address}.").replace("It is yours.", "It is theirs.")
    why = why.replace("that you may not see", f"that {address} may not see")
    if user is None:
        why = f"{address} has no account yet. With one: {why[:1].lower()}{why[1:]}"
        return replace(decided, is_allowed=False, why=f"{why} {nearest_person(address)}".strip())
    return replace(decided, why=why)


def without_account(people: Iterable[str]) -> list[str]:
    """Give those addresses that have no account; none of them where there are no people at all."""
    users = live().records.accounts.users
    wanted = sorted({person.strip().lower() for person in people if person.strip()})
    if not wanted or not users.has_any():
        return []
    known = {user.email for user in users.list_users()}
    return [person for person in wanted if person not in known]


def nearest_person(email: str) -> str:
    """Ask whether the nearest known address was meant; empty where none is near."""
    known = [user.email for user in live().records.accounts.users.list_users()]
    near = get_close_matches(email, known, 1)
    return f"Did you mean {near[0]}?" if near else ""


def all_visibilities() -> list[tuple[Resource, Visibility]]:
    """List datasets, models and what-if models with who may see each: for owners of the service.

    What-if models that workers are still reading are told a moment later. Raises Denied for others.
    """
    guard.require("admin")
    catalogue = services().datasets
    names = sorted({*catalogue.datasets, *catalogue.faults})
    found = [Resource("dataset", name) for name in names]
    records = live().records
    found += [Resource("model", model.name) for model in records.models.list_models()]
    planned = records.scenarios.list_models(wait_s=AT_MOST_S)
    found += [Resource("scenario", one.name) for one in planned]
    return [(resource, guard.visibility(resource)) for resource in found]


def _actor(user: User | None, email: str) -> Actor:
    if user is not None:
        return user.as_actor()
    return Actor(kind="user", email=email, role="viewer", scopes=SCOPES_OF["viewer"])

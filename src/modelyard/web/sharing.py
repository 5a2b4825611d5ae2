"""Who may see a dataset, changed from pages and API alike."""

from dataclasses import replace

from modelyard.accounts.decision import decide
from modelyard.accounts.resource import LEVELS, Resource, Visibility
from modelyard.accounts.user import clean_email
from modelyard.errors import Conflict, Denied, Invalid
from modelyard.web import guard
from modelyard.web.live import live
from modelyard.web.somebody import nearest_person, without_account


def people_in(text: str) -> list[str]:
    """Give the addresses that somebody typed, with commas, semicolons or lines between."""
    return text.replace(",", " ").replace(";", " ").split()


def require_sight(resource: Resource) -> None:
    """Pass where the one who asks may look into a resource, or see to it.

    Raises what `guard.require` raises.
    """
    if not (guard.is_here(resource) and guard.may("admin", resource)):
        guard.require("read", resource)


def share(
    resource: Resource, level: str, people: list[str], owner: str, *, is_sure: bool = True
) -> None:
    """Say who may see a resource.

    Who is not sure is not locked out: Conflict is raised where they would not see it any more.

    Raises Conflict where modelyard.toml says it, Invalid for what cannot be, and Denied where
    somebody who is no owner of the service would give away what is theirs.
    """
    guard.require("admin", resource)
    present = guard.visibility(resource)
    if present.is_fixed:
        raise Conflict(
            present.decided_by, f"says who may see {resource}.", "Change it there: it comes first."
        )
    chosen = _owner(owner or present.owner, level)
    if chosen != present.owner and "admin" not in guard.asker().scopes:
        raise Denied("owner", "only an owner of the service gives it to somebody else.")
    if level == "shared" and not people:
        raise Invalid("people", "are missing: shared with whom?", "Name them, or choose private.")
    if chosen != present.owner and without_account([chosen]):
        raise Invalid("owner", f"{chosen} has no account here.", nearest_person(chosen))
    if not is_sure:
        _keep_sight(resource, present, level, people, chosen)
    live().records.accounts.sharing.set(resource, level, people, chosen, by=guard.asker())


def _owner(text: str, level: str) -> str:
    """Give the owner's address; somebody must see what is private, so it has one."""
    if text:
        return clean_email(text)
    if level in {"private", "shared"} and guard.asker().email:
        return guard.asker().email
    if level == "private":
        raise Invalid("owner", "is missing: nobody could see it.", "Name an e-mail address.")
    return ""


def _keep_sight(
    resource: Resource, present: Visibility, level: str, people: list[str], owner: str
) -> None:
    if level not in LEVELS:
        return
    emails = tuple(person.strip().lower() for person in people)
    after = replace(present, level=level, people=emails, owner=owner)
    sees = (decide(guard.asker(), "read", resource, one).is_allowed for one in (present, after))
    if all(sees) or not guard.may("read", resource):
        return
    raise Conflict(
        "access",
        "you would not see it any more.",
        "Tick that you are sure, or name yourself as owner or among those it is shared with.",
    )

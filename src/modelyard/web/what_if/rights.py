"""Who may change a what-if model: its owner and the service's owners; others may propose.

A locked parameter is locked for those who only use a model, so changing what a version says takes
the scope `admin` on it. Where its owner asks for a second person's approval, everybody who may
write may propose, and nothing they propose is used before it is approved.
"""

from modelyard.accounts.resource import Level, Resource
from modelyard.errors import Denied
from modelyard.scenarios.record import Version
from modelyard.web import guard
from modelyard.web.live import live, services
from modelyard.web.what_if.offered import KIND, what_ifs

MOST_OF_GUESTS = 10_000
"""Draws of those who may look, but not start work."""
CURE = "Copy it under a name of your own, or ask its owner."


def require_there(name: str) -> None:
    """Pass where there is such a model; raises the one answer for what is not there."""
    resource = Resource(KIND, name)
    if not is_there(name):
        raise guard.absent(resource)


def is_there(name: str) -> bool:
    """Tell whether there is a model of that name, whoever may see it."""
    return any(one.name == name for one in what_ifs().list_models())


def may_change(name: str) -> bool:
    """Tell whether the one who asks may make a version, or propose one."""
    return _manages(name) or (_writes(name) and needs_approval(name))


def may_decide(version: Version) -> bool:
    """Tell whether they may approve what somebody proposed.

    One of the two who agree must be somebody who manages the model.
    """
    if _manages(version.model):
        return True
    return _writes(version.model) and _managed_by(version)


def require_change(name: str) -> None:
    """Pass where they may make or propose a version; raises Denied."""
    require_read(name)
    if not may_change(name):
        raise Denied(f"scenarios/{name}", "only its owner changes this model.", CURE)


def require_decide(version: Version) -> None:
    """Pass where they may approve a proposed version; raises Denied."""
    require_read(version.model)
    if not may_decide(version):
        raise Denied(version.where, "one of the two who agree must be its owner.")


def require_reject(version: Version) -> None:
    """Pass where they may refuse a version: who may approve it, and who proposed it."""
    if guard.asker().shown != version.created_by:
        require_decide(version)


def require_create(name: str, based_on: str) -> None:
    """Pass where they may make a model of that name.

    Raises Denied for the name of a model of the folder, which its owners alone manage, and what is
    raised for a model that they may not see where it is to be based on one.
    """
    guard.require("write")
    if based_on:
        require_read(based_on)
    if based_on and name == based_on:
        guard.require("admin", Resource(KIND, name))


def level_of_new(level: Level | None) -> Level | None:
    """Say who may see a new model: as the workspace says where nobody said it.

    It is written down where the one who makes it is a person, so that it is known whose it is.
    """
    if level is None and guard.asker().email:
        return services().workspace.config.workspace.visibility
    return level


def require_read(name: str) -> None:
    """Pass where they may see a model that is there; raises the one answer for others."""
    resource = Resource(KIND, name)
    guard.require("read", resource)
    require_there(name)


def require_draws(draws: int) -> None:
    """Pass where they may have so many draws made while they wait; raises Denied.

    Who may look and not start work does not keep the workers of all others busy.
    """
    if draws > MOST_OF_GUESTS and guard.is_guest():
        most = f"Make at most {MOST_OF_GUESTS:,}."
        raise Denied("draws", "so many take the right to start work.", most)


def needs_approval(name: str) -> bool:
    """Tell whether versions of a model wait for a second person."""
    record = what_ifs().versions.find_record(name)
    return record is not None and record.needs_approval


def _manages(name: str) -> bool:
    resource = Resource(KIND, name)
    return guard.may("read", resource) and guard.may("admin", resource)


def _writes(name: str) -> bool:
    return guard.may("write", Resource(KIND, name))


def _managed_by(version: Version) -> bool:
    """Tell whether the one who proposed a version manages the model."""
    if guard.visibility(Resource(KIND, version.model)).owner == version.created_by:
        return True
    person = live().records.accounts.users.find_by_email(version.created_by)
    return person is not None and person.role == "owner"

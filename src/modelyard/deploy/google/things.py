"""Something wanted in the cloud: how it is seen, made, changed and removed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.plan import Change
from modelyard.deploy.steps import Plan
from modelyard.errors import Conflict

Place = tuple[str | int | tuple[str, str], ...]
"""Where something stands in an answer: keys, numbers of a list, and `(key, end)` for the one of a
list whose key ends so."""


@dataclass(frozen=True)
class Thing:
    """One thing, or a part of one that is set by a command of its own."""

    query: Query
    """Shows it, or the thing that it is a part of, or a list in which that is."""
    what: str
    """Kind and name: 'health check yard-ready'."""
    why: str
    make: Plan
    remove: Plan = ()
    """Nothing where it goes together with another."""
    wanted: Mapping[Place, Any] = field(default_factory=dict)
    """What its answer must say."""
    alter: Plan = ()
    """Brings it there; nothing for what is never changed, as its name tells all."""
    row: Place = ()
    """Which of a list it is, such as `(("name", "yard-ready"),)`."""
    part: Place = ()
    """Where the answer tells of it; for a part of another thing."""
    permissions: tuple[str, ...] = ()
    """For making and changing it."""


def mark_of(name: str) -> str:
    """Give what stands in the description of all that a deployment made."""
    return f"modelyard={name}"


def change_for(thing: Thing, seen: Seen, owner: str) -> Change:
    """Say what is done that it is as wanted. Raises Conflict where it is somebody else's."""
    whole = find(thing, seen)
    refuse_strange(thing, whole, owner)
    found = pick(whole, thing.part)
    if found in (None, [], {}):
        return Change(thing.what, "create", thing.why, thing.make, thing.permissions)
    wrong = differences(thing, found)
    if not wrong or not thing.alter:
        return Change(thing.what, "keep", thing.why)
    return Change(thing.what, "update", "; ".join(wrong), thing.alter, thing.permissions)


def removal_of(thing: Thing, seen: Seen, owner: str, permissions: tuple[str, ...] = ()) -> Change:
    """Say how it is removed; what is somebody else's is kept."""
    whole = find(thing, seen)
    if whole is None:
        return Change(thing.what, "keep", "is not there")
    if not is_owned(whole, owner):
        return Change(thing.what, "keep", "was not made by this deployment")
    return Change(thing.what, "delete", thing.why, thing.remove, permissions)


def find(thing: Thing, seen: Seen) -> Any:
    """Give what was answered of it, or of the thing that it is a part of; None where it is not."""
    return pick(seen.get(thing.query.key), thing.row)


def is_owned(found: Any, owner: str) -> bool:
    """Tell whether its description, or its label, says that this deployment made it."""
    labels = found.get("labels") or {}
    words = str(found.get("description") or "").split()
    return mark_of(owner) in words or labels.get("modelyard") == owner


def refuse_strange(thing: Thing, found: Any, owner: str) -> None:
    """Raise Conflict for what is there and was not made by this deployment."""
    if found is not None and not is_owned(found, owner):
        raise Conflict(
            thing.what,
            "is there already, and was not made by this deployment.",
            "Take another name for the deployment, or remove it by hand.",
        )


def differences(thing: Thing, found: Any) -> list[str]:
    """Say in which ways it is not as wanted: 'timeoutSec 30, wanted 60'."""
    pairs = ((place, pick(found, place), value) for place, value in thing.wanted.items())
    return [
        f"{_named(place)} {_shown(is_now)}, wanted {_shown(value)}"
        for place, is_now, value in pairs
        if not is_same(value, is_now)
    ]


def pick(document: Any, place: Place) -> Any:
    """Give what stands there; None where nothing does."""
    for part in place:
        if isinstance(part, tuple):
            key, end = part
            rows = document if isinstance(document, list) else []
            document = next((row for row in rows if is_same(end, row.get(key))), None)
        elif isinstance(part, int):
            rows = document if isinstance(document, list) else []
            document = rows[part] if part < len(rows) else None
        else:
            document = document.get(part) if isinstance(document, dict) else None
    return document


def is_same(wanted: Any, found: Any) -> bool:
    """Compare as the cloud writes: numbers as texts, names as the ends of addresses."""
    if isinstance(wanted, list | tuple):
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(any(is_same(one, other) for other in found) for one in wanted)
        )
    if isinstance(wanted, bool) or found is None:
        return bool(wanted) == bool(found)
    if isinstance(wanted, int | float):
        try:
            return abs(float(found) - wanted) < 1e-6
        except (TypeError, ValueError):
            return False
    return str(found) == wanted or str(found).endswith(f"/{wanted}")


def _named(place: Place) -> str:
    return ".".join(part for part in place if isinstance(part, str)) or "it"


def _shown(value: Any) -> str:
    return "none" if value is None else str(value).rpartition("/")[2][:80]

"""The fleet as owners see it, for the page and for REST."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args

from flask import current_app

from modelyard.errors import Invalid, NotFound
from modelyard.fleet.member import Member, State
from modelyard.fleet.timeline import SPANS, History, Row, Span, history
from modelyard.web import guard
from modelyard.web.fleet_groups import CLOUD_GROUPS, CloudGroups, Seen
from modelyard.web.live import live, services

if TYPE_CHECKING:
    from modelyard.fleet.store import FleetStore

STATES: tuple[State, ...] = get_args(State)
THERE = frozenset({"running", "draining"})


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All processes, and what those that are there do together."""

    now: datetime
    members: tuple[Member, ...]
    """Those that were asked for: who is there first, the busiest first."""
    states: dict[str, int]
    zones: dict[str, int]
    versions: dict[str, int]
    requests_per_s: float
    errors_per_s: float
    in_flight: int
    runs: int
    cpu: float
    memory_bytes: int


def fleet_store() -> "FleetStore":
    """Give what is kept of the fleet; raises Unavailable where the database is not there."""
    from modelyard.fleet.store import FleetStore

    return FleetStore(live().records.database)


def overview(state: str = "", text: str = "") -> Overview:
    """Look at the fleet; `state` and a part of name, zone, address or version choose members.

    Raises Invalid for a state that is none.
    """
    if state and state not in STATES:
        raise Invalid("parameter 'state'", "is not known.", f"Known: {', '.join(STATES)}.")
    store = fleet_store()
    now, members = store.now(), store.members()
    states = {member.id: member.state(now) for member in members}
    there = [member for member in members if states[member.id] in THERE]
    loads = [member.doing for member in there]
    chosen = [
        member
        for member in members
        if (not state or states[member.id] == state) and _has(member, text.strip().lower())
    ]
    chosen.sort(key=lambda one: (STATES.index(states[one.id]), -one.doing.requests_per_s, one.id))
    return Overview(
        now=now,
        members=tuple(chosen),
        states=dict(Counter(states.values())),
        zones=_counted(member.zone or "no zone" for member in there),
        versions=_counted(member.version for member in there),
        requests_per_s=sum(load.requests_per_s for load in loads),
        errors_per_s=sum(load.errors_per_s for load in loads),
        in_flight=sum(load.in_flight for load in loads),
        runs=sum(load.runs for load in loads),
        cpu=sum(load.cpu for load in loads),
        memory_bytes=sum(load.memory_bytes for load in loads),
    )


def drain(member_id: str, is_on: bool) -> list[Member]:
    """Have a process, and those that share its address, take no more requests, or again.

    It hears of it at its next beat. Raises NotFound for a process that is not there.
    """
    store = fleet_store()
    now = store.now()
    found = next((one for one in store.members() if one.id == member_id), None)
    if found is None or found.state(now) not in THERE or found.kind != "web":
        raise NotFound(f"process '{member_id[:80]}'", "is not there, or takes no requests.")
    store.drain(found.party, is_on)
    action = "fleet.drain" if is_on else "fleet.resume"
    live().records.accounts.audit.record(guard.asker(), action, found.name, {"pid": found.pid})
    return [one for one in store.members() if one.party == found.party and one.left_at is None]


def cloud_groups() -> Seen:
    """Tell what the clouds say of the groups that the workspace is deployed to."""
    groups: CloudGroups = current_app.extensions[CLOUD_GROUPS]
    return groups.look(services().workspace.root)


def read_span(text: str) -> Span:
    """Read how far back; raises Invalid."""
    for span in SPANS:
        if text == span:
            return span
    raise Invalid("parameter 'span'", "is not known.", f"Known: {', '.join(SPANS)}.")


def told_history(span: Span) -> History:
    """Tell what all processes together did."""
    return history(fleet_store(), span)


def member_content(member: Member, now: datetime) -> dict[str, Any]:
    """Give a process as JSON values."""
    return {
        "id": member.id,
        "kind": member.kind,
        "state": member.state(now),
        "name": member.name,
        "zone": member.zone,
        "address": member.address,
        "pid": member.pid,
        "version": member.version,
        "started_at": _iso(member.started_at),
        "seen_at": _iso(member.seen_at),
        "left_at": _iso(member.left_at),
        "uptime_s": round(member.uptime_s(now), 1),
        "load": {
            name: getattr(member.doing, name) for name in type(member.doing).__struct_fields__
        },
    }


def history_content(told: History) -> dict[str, Any]:
    """Give a history as JSON values."""
    return {
        "span": told.span,
        "points": [asdict(point) | {"at": _iso(point.at)} for point in told.points],
        "total": _row(told.total, ()),
        "routes": [_row(row, ("method", "route")) for row in told.routes],
        "models": [_row(row, ("model", "version", "protocol")) for row in told.models],
    }


def _row(row: Row, labels: tuple[str, ...]) -> dict[str, Any]:
    values = {name: value for name, value in asdict(row).items() if name != "labels"}
    return dict(zip(labels, row.labels, strict=True)) | values


def _has(member: Member, text: str) -> bool:
    words = (member.name, member.zone, member.address, member.version, member.kind, member.id)
    return not text or any(text in word.lower() for word in words)


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(words).most_common())


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")

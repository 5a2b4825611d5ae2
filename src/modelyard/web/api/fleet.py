"""The fleet over REST, for owners."""

from flask import Blueprint, Response, request

from modelyard.errors import Invalid
from modelyard.web import fleet
from modelyard.web.body import json_object
from modelyard.web.fleet_groups import groups_content
from modelyard.web.needs import guarded
from modelyard.web.query import Query
from modelyard.web.replies import unkept

blueprint = Blueprint("fleet_api", __name__, url_prefix="/api/v1/fleet")
MOST = 1000


@blueprint.get("")
@guarded("admin")
def list_fleet() -> Response:
    """List the processes, and what those that are there do together."""
    query = Query(request.args, "state", "find", "offset", "limit")
    seen = fleet.overview(query.text("state"), query.text("find"))
    begin = query.integer("offset", 0, 0, 2**31)
    end = begin + query.integer("limit", 100, 1, MOST)
    return unkept(
        {
            "at": seen.now.isoformat().replace("+00:00", "Z"),
            "states": seen.states,
            "zones": seen.zones,
            "versions": seen.versions,
            "load": {
                "requests_per_s": round(seen.requests_per_s, 3),
                "errors_per_s": round(seen.errors_per_s, 3),
                "in_flight": seen.in_flight,
                "runs": seen.runs,
                "cpu": round(seen.cpu, 3),
                "memory_bytes": seen.memory_bytes,
            },
            "found": len(seen.members),
            "members": [fleet.member_content(one, seen.now) for one in seen.members[begin:end]],
        }
    )


@blueprint.get("/history")
@guarded("admin")
def fleet_history() -> Response:
    """Tell what all processes together did in the last hour, day or week."""
    span = fleet.read_span(Query(request.args, "span").text("span", "hour"))
    return unkept(fleet.history_content(fleet.told_history(span)))


@blueprint.get("/groups")
@guarded("admin")
def list_groups() -> Response:
    """Tell what the clouds say of the groups that the workspace is deployed to."""
    return unkept(groups_content(fleet.cloud_groups()))


@blueprint.put("/members/<member_id>/draining")
@guarded("admin")
def set_draining(member_id: str) -> Response:
    """Have a process, and those that share its address, take no more requests, or again."""
    wanted = json_object("draining").get("draining")
    if not isinstance(wanted, bool):
        raise Invalid("member 'draining'", "is neither true nor false.")
    store = fleet.fleet_store()
    members = fleet.drain(member_id, wanted)
    now = store.now()
    return unkept({"members": [fleet.member_content(one, now) for one in members]})

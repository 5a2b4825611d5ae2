"""Schedules over REST: when each is due, and what it last did."""

from flask import Blueprint, Response, request

from modelyard.web.needs import for_readers
from modelyard.web.query import Query
from modelyard.web.replies import hashed
from modelyard.web.schedules import schedule_content, seen_schedules

blueprint = Blueprint("schedules", __name__, url_prefix="/api/v1/schedules")


@blueprint.get("")
@for_readers
def list_schedules() -> Response:
    """List the schedules of modelyard.toml that the one who asks may see."""
    Query(request.args)
    return hashed({"schedules": [schedule_content(planned) for planned in seen_schedules()]})

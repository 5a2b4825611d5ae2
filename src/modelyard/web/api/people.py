"""People over REST: who asks, and for owners everybody."""

from typing import Any

from flask import Blueprint, Response

from modelyard.errors import Invalid
from modelyard.web import guard
from modelyard.web.account_json import actor_json, user_json
from modelyard.web.body import json_object
from modelyard.web.invitations import invite
from modelyard.web.live import live
from modelyard.web.needs import for_anybody_known, guarded
from modelyard.web.query import no_parameters
from modelyard.web.replies import unkept

blueprint = Blueprint("people_api", __name__, url_prefix="/api/v1")


@blueprint.get("/me")
@for_anybody_known
def get_me() -> Response:
    """Say who asks, and what they may do."""
    no_parameters()
    return unkept(actor_json(guard.asker()))


@blueprint.get("/users")
@guarded("admin")
def list_users() -> Response:
    """List everybody."""
    no_parameters()
    users = live().records.accounts.users.list_users()
    return unkept({"users": [user_json(user) for user in users]})


@blueprint.post("/users")
@guarded("admin")
def invite_user() -> Response:
    """Make a link with which somebody makes their account; it is in the answer this once."""
    given = json_object("email", "role")
    link = invite(_text(given, "email"), _text(given, "role", "analyst"))
    answer = {"email": _text(given, "email").strip().lower(), "link": link.address}
    return unkept(answer, 201)


@blueprint.patch("/users/<user_id>")
@guarded("admin")
def change_user(user_id: str) -> Response:
    """Change somebody's role, or shut them out, or let them in again."""
    given = json_object("role", "active")
    users, actor = live().records.accounts.users, guard.asker()
    is_active = given.get("active")
    if not given:
        raise Invalid("body", "names nothing to change.", "Known: role, active.")
    if "active" in given and not isinstance(is_active, bool):
        raise Invalid("active", "is neither true nor false.")
    user = users.get_user(user_id)
    if "role" in given:
        user = users.set_role(user_id, _text(given, "role"), by=actor)
    if is_active is not None:
        change = users.enable if is_active else users.disable
        user = change(user_id, by=actor)
    return unkept(user_json(user))


def _text(given: dict[str, Any], name: str, default: str = "") -> str:
    value = given.get(name, default)
    if not isinstance(value, str):
        raise Invalid(name, "is not a text.")
    return value

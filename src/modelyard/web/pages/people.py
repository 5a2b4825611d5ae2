"""The people of the service, for its owners."""

from flask import Blueprint, Response, request

from modelyard.accounts.user import ROLES
from modelyard.errors import ModelyardError
from modelyard.web import guard
from modelyard.web.invitations import Handout, invite, password_link
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.once import once
from modelyard.web.pages.access import WORDS
from modelyard.web.pages.page import led_to, page, status_of
from modelyard.web.query import Query
from modelyard.web.somebody import all_visibilities

blueprint = Blueprint("people", __name__, url_prefix="/people")
NOTES = {
    "role": "The role is changed; it counts from now on.",
    "disabled": "They are shut out: sessions have ended, tokens are refused.",
    "withdrawn": "The invitation is withdrawn; its link no longer works.",
    "enabled": "They may sign in again.",
}


@blueprint.get("")
@guarded("admin")
def show() -> Response:
    """Show everybody."""
    return people(note=NOTES.get(request.args.get("done", ""), ""))


@blueprint.post("/invite")
@guarded("admin")
def send_invitation() -> Response:
    """Make a link that invites somebody, and show it this once."""
    given = Query(request.form, "email", "role", "key")
    email, role = given.text("email"), given.text("role", "analyst")
    try:
        with once():
            link = invite(email, role)
    except ModelyardError as fault:
        return people(fault, email=email, role=role)
    return people(link=link)


@blueprint.post("/withdraw")
@guarded("admin")
def withdraw() -> Response:
    """Make an invitation useless."""
    email = Query(request.form, "email").text("email")
    try:
        live().records.accounts.invitations.withdraw(email, by=guard.asker())
    except ModelyardError as fault:
        return people(fault)
    return led_to("/people?done=withdrawn")


@blueprint.post("/<user_id>/role")
@guarded("admin")
def change_role(user_id: str) -> Response:
    """Give somebody another role."""
    given = Query(request.form, "role")
    try:
        users = live().records.accounts.users
        users.set_role(user_id, given.text("role"), by=guard.asker())
    except ModelyardError as fault:
        return people(fault)
    return led_to("/people?done=role")


@blueprint.post("/<user_id>/disable")
@guarded("admin")
def disable(user_id: str) -> Response:
    """Shut somebody out."""
    try:
        live().records.accounts.users.disable(user_id, by=guard.asker())
    except ModelyardError as fault:
        return people(fault)
    return led_to("/people?done=disabled")


@blueprint.post("/<user_id>/enable")
@guarded("admin")
def enable(user_id: str) -> Response:
    """Let somebody in again."""
    live().records.accounts.users.enable(user_id, by=guard.asker())
    return led_to("/people?done=enabled")


@blueprint.post("/<user_id>/reset")
@guarded("admin")
def make_password_link(user_id: str) -> Response:
    """Make a link with which somebody sets a new password, and show it this once."""
    user = live().records.accounts.users.get_user(user_id)
    try:
        with once():
            link = password_link(user)
    except ModelyardError as fault:
        return people(fault)
    return people(link=link)


def people(
    fault: ModelyardError | None = None,
    link: Handout | None = None,
    note: str = "",
    email: str = "",
    role: str = "",
) -> Response:
    """Show everybody, with what was typed and what is wrong with it."""
    return page(
        "accounts/people.html",
        status_of(fault),
        users=sorted(live().records.accounts.users.list_users(), key=lambda one: not one.is_active),
        invitations=live().records.accounts.invitations.list_open(),
        shared=all_visibilities(),
        words=WORDS,
        roles=ROLES,
        fault=fault,
        link=link,
        note=note,
        email=email,
        chosen=role,
    )

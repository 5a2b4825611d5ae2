"""Signing in with a password, and signing out."""

from flask import Blueprint, Response, request

from modelyard.accounts.user import LONGEST_EMAIL
from modelyard.errors import ModelyardError
from modelyard.web import entry, guard
from modelyard.web.live import live, services
from modelyard.web.needs import open_to_everybody
from modelyard.web.own_address import own_path
from modelyard.web.pages.page import led_to, page, status_of
from modelyard.web.query import Query

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
@open_to_everybody
def show() -> Response:
    """Show the form; somebody who is signed in goes on."""
    target = own_path(request.args.get("next", "/"))
    if guard.asker().kind == "user":
        return led_to(target)
    return form(target)


@blueprint.post("/sign-in")
@open_to_everybody
def sign_in() -> Response:
    """Let in who knows the password of an account."""
    given = Query(request.form, "email", "password", "next")
    target, email = own_path(given.text("next", "/")), given.text("email")
    address = request.remote_addr or ""
    users = live().records.accounts.users
    try:
        user = users.check_password(email, given.text("password"), address=address)
    except ModelyardError as fault:
        return form(target, email, fault)
    return entry.let_in(user, target)


@blueprint.post("/sign-out")
@open_to_everybody
def sign_out() -> Response:
    """Let out whoever is in."""
    return entry.let_out()


def form(target: str = "/", email: str = "", fault: ModelyardError | None = None) -> Response:
    """Show the form with what was typed; a password is typed anew."""
    settings = services().settings
    answer = page(
        "accounts/sign_in.html",
        status_of(fault),
        target=target,
        email=email[:LONGEST_EMAIL],
        fault=fault,
        oidc_name=settings.oidc_name if settings.oidc_issuer else "",
    )
    wait_s = getattr(fault, "wait_s", None)
    if wait_s is not None:
        answer.headers["Retry-After"] = str(max(1, round(wait_s)))
    return answer

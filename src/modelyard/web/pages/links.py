"""What links that work once lead to: the owner's account, an invitation, a new password."""

from flask import Blueprint, Response, request

from modelyard.accounts.links import PATHS, Link
from modelyard.errors import Invalid, ModelyardError, NotFound
from modelyard.web import entry
from modelyard.web.live import live, services
from modelyard.web.needs import open_to_everybody
from modelyard.web.pages.page import page, status_of
from modelyard.web.query import Query

blueprint = Blueprint("links", __name__)


@blueprint.get("/welcome/<secret>", endpoint="welcome")
@blueprint.get("/invitation/<secret>", endpoint="invitation")
@blueprint.get("/reset/<secret>", endpoint="reset")
@open_to_everybody
def show(secret: str) -> Response:
    """Show the form; looking at a link does not use it up."""
    return form(find_link(secret))


@blueprint.post("/welcome/<secret>", endpoint="use_welcome")
@blueprint.post("/invitation/<secret>", endpoint="use_invitation")
@blueprint.post("/reset/<secret>", endpoint="use_reset")
@open_to_everybody
def use(secret: str) -> Response:
    """Do once what the link is for, and let its person in."""
    link = find_link(secret)
    given = Query(request.form, "email", "name", "password", "again")
    try:
        if given.text("password") != given.text("again"):
            raise Invalid("password", "The two passwords are not the same.", "Type both again.")
        user = live().records.accounts.links.use(
            secret,
            email=link.email or given.text("email"),
            name=given.text("name"),
            password=given.text("password"),
            address=request.remote_addr or "",
        )
    except ModelyardError as fault:
        find_link(secret)
        return form(link, fault, given.text("email"), given.text("name"))
    return entry.let_in(user, "/")


def find_link(secret: str) -> Link:
    """Give the link of this secret that belongs to this path.

    Raises NotFound, in the same words for an unknown, a used and an expired one.
    """
    link = live().records.accounts.links.look(secret)
    if not request.path.startswith(PATHS[link.purpose]):
        raise NotFound(
            "link",
            "cannot be used: it works once, for some time.",
            "Ask an owner of this service for a new one.",
        )
    return link


def form(
    link: Link, fault: ModelyardError | None = None, email: str = "", name: str = ""
) -> Response:
    """Show the form with what was typed; passwords are typed anew."""
    settings = services().settings
    answer = page(
        "accounts/link.html",
        status_of(fault),
        link=link,
        fault=fault,
        email=email,
        name=name,
        oidc_name=settings.oidc_name if settings.oidc_issuer else "",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer

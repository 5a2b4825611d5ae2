"""The first page: what is here and how to use it."""

from flask import Blueprint, Response, current_app, render_template, request

from modelyard.errors import ModelyardError
from modelyard.web.live import services
from modelyard.web.pages.standing import awaited, standings

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def welcome() -> Response:
    """Welcome a visitor."""
    current = services()
    shown = standings(current.datasets)
    page = render_template(
        "home.html",
        description=current.workspace.config.workspace.description,
        folder=current.workspace.root.name,
        standings=shown,
        awaited=awaited(shown),
        default=_find_default(),
        host=request.host_url.rstrip("/"),
    )
    return Response(page, mimetype="text/html")


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """Give the logo to a browser that shows JSON, which names no icon."""
    return current_app.send_static_file("logo.svg")


def _find_default() -> str | None:
    try:
        return services().datasets.get_default().name
    except ModelyardError:
        return None

"""The first page: what is here and how to use it."""

from flask import Blueprint, Response, current_app, render_template, request

from modelyard.errors import ModelyardError
from modelyard.scenarios.offered import Offered
from modelyard.web import visible
from modelyard.web.live import services
from modelyard.web.needs import for_readers, open_to_everybody
from modelyard.web.pages.models.listing import Line, model_lines
from modelyard.web.pages.standing import awaited, standings
from modelyard.web.what_if.offered import seen_models

MOST_MODELS = 12
"""Models on the first page; the others are on their own."""
blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@for_readers
def welcome() -> Response:
    """Welcome a visitor."""
    current = services()
    shown, plans = standings(visible.datasets()), known_plans()
    waiting = [f"/api/v1/scenarios/{one.name}" for one in plans if one.is_loading]
    page = render_template(
        "home.html",
        description=current.workspace.config.workspace.description,
        folder=current.workspace.root.name,
        standings=shown,
        awaited=" ".join(filter(None, [awaited(shown), *waiting])),
        models=known_models(),
        plans=plans,
        most_models=MOST_MODELS,
        default=visible.find_default(),
        host=request.host_url.rstrip("/"),
    )
    return Response(page, mimetype="text/html")


def known_models() -> list[Line]:
    """Give the models for the first page; none where the database does not answer."""
    try:
        return model_lines()
    except ModelyardError:
        return []


def known_plans() -> list[Offered]:
    """Give the what-if models for the first page, which waits for none that is still loaded."""
    try:
        return seen_models(wait_s=0)
    except ModelyardError:
        return []


@blueprint.get("/favicon.ico")
@open_to_everybody
def icon() -> Response:
    """Give the logo to a browser that shows JSON, which names no icon."""
    return current_app.send_static_file("logo.svg")

"""What this service is: a page for people, JSON for programs."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from modelyard.errors import Invalid
from modelyard.web import about as facts
from modelyard.web.needs import for_readers
from modelyard.web.pages.page import page
from modelyard.web.problems import wants_json
from modelyard.web.query import Query
from modelyard.web.replies import hashed

FORMS = ("", "html", "json")
blueprint = Blueprint("about", __name__, url_prefix="/about")


@blueprint.get("")
@for_readers
def service() -> Response:
    """Tell all."""
    return _told("This service", facts.about)


@blueprint.get("/flask")
@for_readers
def flask() -> Response:
    """Tell the web stack."""
    return _told("Web stack", lambda: {"flask": facts.web_stack(), "ports": facts.ports()})


@blueprint.get("/docker")
@for_readers
def docker() -> Response:
    """Tell the container."""
    return _told("Container", lambda: {"docker": facts.container(), "ports": facts.ports()})


def _told(title: str, find: Callable[[], dict[str, Any]]) -> Response:
    """Answer with JSON to a program, or where `format=json` asks for it."""
    form = Query(request.args, "format").text("format")
    if form not in FORMS:
        raise Invalid("parameter 'format'", "is neither html nor json.")
    content = find()
    if form == "json" or (not form and wants_json()):
        return hashed(content)
    return page("about.html", about=content, heading=title)

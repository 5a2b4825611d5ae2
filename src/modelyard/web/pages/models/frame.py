"""The frame around all pages of one model: its name, what is served, its tabs."""

from typing import Any

from flask import Response, request

from modelyard.accounts.resource import Resource
from modelyard.errors import ModelyardError, NotFound
from modelyard.models.version import CHAMPION, LATEST, Alias, Model, Version
from modelyard.web import guard
from modelyard.web.door.rights import require_ask, why_ask
from modelyard.web.live import live
from modelyard.web.model_titles import told_of
from modelyard.web.own_address import own_address
from modelyard.web.pages.page import page, status_of

TABS = (
    ("ask", "Ask", ""),
    ("rows", "Many rows", "/rows"),
    ("what-if", "What if", "/what-if"),
    ("versions", "Versions", "/versions"),
    ("golden", "Golden rows", "/golden"),
    ("work", "Score and train", "/work"),
    ("access", "Access", "/access"),
)


def framed(
    template: str, name: str, tab: str, fault: ModelyardError | None = None, **context: Any
) -> Response:
    """Answer with a page of the model `name`; a fault of what was asked gives its status."""
    return page(template, status_of(fault), fault=fault, **frame_of(name, tab), **context)


def frame_of(name: str, tab: str) -> dict[str, Any]:
    """Give what the frame shows; raises NotFound where there is no such model."""
    model = live().records.models.get_model(name)
    served = find_served(model)
    root = f"/models/{name}"
    asker = guard.asker()
    return {
        "model": model,
        "called": told_of(name, served),
        "served": served,
        "served_by": serving_alias(model),
        "root": root,
        "tabs": [(key, label, root + ending, key == tab) for key, label, ending in TABS],
        "asking": why_ask(asker, name, live()),
        "write": guard.why("write", Resource("model", name)),
        "manage": guard.why("admin", Resource("model", name)),
        "host": host(),
        "needs_token": asker.kind not in {"laptop", "visitor"},
    }


def require_asking(name: str) -> None:
    """Pass where the one who asks may have predictions of a model, at the door as on its pages.

    Raises what the door's `require_ask` raises.
    """
    require_ask(guard.asker(), name, live())


def find_served(model: Model) -> Version | None:
    """Give the version that answers who asks for none; None where nothing can be served."""
    try:
        return live().records.models.get_version(model.name)
    except NotFound:
        return None


def find_version(name: str, selector: str) -> Version | None:
    """Give a version, None where there is none of that number or alias."""
    try:
        return live().records.models.get_version(name, selector)
    except NotFound:
        return None


def serving_alias(model: Model) -> Alias | None:
    """Give the name through which the served version is served."""
    known = {one.alias: one for one in model.aliases}
    return known.get(CHAMPION) or known.get(LATEST)


def host() -> str:
    """Give the address of this service as the one who asks can use it."""
    return own_address() or request.host_url.rstrip("/")

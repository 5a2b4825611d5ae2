"""The addresses and names of the service's own, which functions may not have."""

import re

from flask import Flask

from modelyard.protocols.addresses import ROUTES
from modelyard.web.api.documents import operation_ids

PLACEHOLDER = re.compile(r"<(?:[^<>:]*:)?([^<>]+)>")


def own_addresses(app: Flask) -> tuple[str, ...]:
    """Give the templates of all routes, as OpenAPI writes them, and all operationIds."""
    paths = {PLACEHOLDER.sub(r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    paths |= {route.path for route in ROUTES if not route.gives_way}
    return (*sorted(paths), *sorted(operation_ids()))


def all_own_addresses() -> tuple[str, ...]:
    """Give the same without a workspace, to check one that is not served."""
    from modelyard.web.app import mount

    app = Flask("modelyard.web", static_url_path="/static")
    mount(app)
    return own_addresses(app)

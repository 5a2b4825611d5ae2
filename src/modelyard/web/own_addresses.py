"""The addresses and names of the service's own, which functions may not have."""

import re

from flask import Flask

from modelyard.web.api.documents import document

PLACEHOLDER = re.compile(r"<(?:[^<>:]*:)?([^<>]+)>")


def own_addresses(app: Flask) -> tuple[str, ...]:
    """Give the templates of all routes, as OpenAPI writes them, and all operationIds."""
    paths = {PLACEHOLDER.sub(r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    names = {one["operationId"] for item in document()["paths"].values() for one in item.values()}
    return (*sorted(paths), *sorted(names))

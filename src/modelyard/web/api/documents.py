"""The description of the API, as an OpenAPI 3.1 document."""

import functools
import json
from importlib import resources
from typing import Any

from flask import Blueprint, Response

from modelyard.version import VERSION
from modelyard.web.needs import for_readers
from modelyard.web.replies import tagged

blueprint = Blueprint("documents", __name__)


@blueprint.get("/openapi.json")
@for_readers
def openapi() -> Response:
    """Give the document."""
    return tagged(json.dumps(document(), ensure_ascii=False).encode(), f"openapi-{VERSION}")


@functools.cache
def document() -> dict[str, Any]:
    """Read the document that is written beside the routes; a test holds the two together."""
    import yaml

    text = resources.files("modelyard.web").joinpath("openapi.yaml").read_text("utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    content["info"]["version"] = VERSION
    return content

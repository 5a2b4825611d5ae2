"""The description of the API, as an OpenAPI 3.1 document: the service's own, and the functions'."""

import functools
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from importlib import resources
from typing import Any

from flask import Blueprint, Response

from modelyard.functions.catalogue import Functions
from modelyard.functions.operation import Operation
from modelyard.protocols.addresses import ROUTES
from modelyard.version import VERSION
from modelyard.web.function_rights import seen
from modelyard.web.live import services
from modelyard.web.needs import for_readers
from modelyard.web.replies import tagged

FUNCTIONS_TAG = {
    "name": "Functions",
    "description": "The functions of this workspace, as its own documents describe them.",
}
STARTED = {
    "description": "The run that was started; `Location` is where to ask for it.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Run"}}},
}
OPERATION_ID = re.compile(r"^ *operationId: *([\w.-]+) *$", re.MULTILINE)
blueprint = Blueprint("documents", __name__)


@blueprint.get("/openapi.json")
@for_readers
def openapi() -> Response:
    """Give the document, with the functions that the one who asks may see."""
    return tagged(*_written(*_present()))


def whole_document() -> dict[str, Any]:
    """Give the document for the one who asks, not to be changed."""
    return _joint(*_present())


@functools.cache
def document() -> dict[str, Any]:
    """Read the document that is written beside the routes; a test holds the two together.

    `openapi/service.yaml` has what all share; each room has a file of its own beside it.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    parts = {name: yaml.load(text, loader) for name, text in _texts().items()}  # noqa: S506
    content: dict[str, Any] = parts.pop("service.yaml")
    for part in parts.values():
        content["tags"] += part.get("tags", [])
        content["paths"] |= part["paths"]
        for kind, named in part.get("components", {}).items():
            content["components"].setdefault(kind, {}).update(named)
    content["info"]["version"] = VERSION
    return content


def operation_ids() -> frozenset[str]:
    """List the operationIds of the document, without reading it whole: services start with it."""
    return frozenset(name for text in _texts().values() for name in OPERATION_ID.findall(text))


def _texts() -> dict[str, str]:
    """Give the files of the document, by name."""
    folder = resources.files("modelyard.web").joinpath("openapi")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name: file.read_text("utf-8") for file in files if file.name.endswith(".yaml")}


def _present() -> tuple[Functions, tuple[str, ...]]:
    functions = services().functions
    return functions, tuple(one.name for one in seen(functions))


@functools.lru_cache(maxsize=8)
def _joint(functions: Functions, names: tuple[str, ...]) -> dict[str, Any]:
    """Join the functions of those names to the service's own document."""
    from modelyard.functions.document import merge

    chosen = {name: functions[name] for name in names}
    joint = merge(_beside(chosen.values()), replace(functions, operations=chosen))
    known = {tag["name"] for tag in joint["tags"]}
    for operation in chosen.values():
        written = joint["paths"][operation.path][operation.method.lower()]
        tags = written.setdefault("tags", [FUNCTIONS_TAG["name"]])
        for name in tags:
            if name not in known:
                known.add(name)
                is_ours = name == FUNCTIONS_TAG["name"]
                joint["tags"].append(FUNCTIONS_TAG if is_ours else {"name": name})
        if operation.is_run:
            written["responses"].setdefault("202", STARTED)
    return joint


def _beside(chosen: Iterable[Operation]) -> dict[str, Any]:
    """Give the service's own document without the addresses at which it gives way to functions."""
    taken = {route.path for route in ROUTES if route.gives_way} & {one.path for one in chosen}
    own = document()
    return own | {"paths": {path: item for path, item in own["paths"].items() if path not in taken}}


@functools.lru_cache(maxsize=8)
def _written(functions: Functions, names: tuple[str, ...]) -> tuple[bytes, str]:
    """Give the document as JSON, and the name of that content."""
    content = json.dumps(_joint(functions, names), ensure_ascii=False, default=str).encode()
    return content, hashlib.sha256(content).hexdigest()[:32]

"""Models as answers: what the one who asks may know of them, with the addresses that go on."""

from typing import Any

import msgspec

from modelyard.errors import NotFound
from modelyard.models.model_json import model_as_json, version_as_json
from modelyard.models.version import Model, Version
from modelyard.web.live import live
from modelyard.web.run_discretion import is_told_names

ROOT = "/api/v1/models"
WHO = {"created_by", "moved_by", "recorded_by"}


def address_of(version: Version) -> str:
    """Give the address of a version."""
    return f"{ROOT}/{version.model}/versions/{version.number}"


def short(model: Model) -> dict[str, Any]:
    """Give what lists say of a model."""
    return _discreet(model_as_json(model, find_served(model)) | {"links": _links(model)})


def whole(model: Model) -> dict[str, Any]:
    """Give a model with what each of its names points to, and since when."""
    pointing = [alias_content(model, one.alias) for one in model.aliases]
    return short(model) | {"pointing": pointing}


def version_content(version: Version, model: Model) -> dict[str, Any]:
    """Give all that is known of a version."""
    root = address_of(version)
    links = {"self": root, "file": f"{root}/file", "model": f"{ROOT}/{model.name}"}
    return _discreet(version_as_json(version, model) | {"links": links})


def alias_content(model: Model, name: str) -> dict[str, Any]:
    """Give what an alias points to; raises NotFound where it is not set."""
    found = next((one for one in model.aliases if one.alias == name), None)
    if found is None:
        raise NotFound(f"model '{model.name}'", f"has no alias '@{name}'.")
    return _discreet(
        {
            "alias": found.alias,
            "version": found.number,
            "moved_at": found.moved_at,
            "moved_by": found.moved_by,
        }
    )


def plain(content: dict[str, Any]) -> dict[str, Any]:
    """Give a document as JSON has it, without who did what where that is not to be told."""
    return _discreet(content)


def find_served(model: Model) -> Version | None:
    """Give the version that answers who asks for none; None where there is none."""
    try:
        return live().records.models.get_version(model.name)
    except NotFound:
        return None


def _links(model: Model) -> dict[str, str]:
    root = f"{ROOT}/{model.name}"
    verbs = ("versions", "predict", "golden", "access")
    return {"self": root} | {verb: f"{root}/{verb}" for verb in verbs}


def _discreet(content: dict[str, Any]) -> dict[str, Any]:
    """Leave out addresses of people where somebody unknown asks, and write times as texts."""
    found: dict[str, Any] = msgspec.to_builtins(content)
    for part in (found, found.get("served") or {}):
        if part.get("fault"):
            del part["fault"]["kind"]
        if not is_told_names():
            part.update(dict.fromkeys(WHO & part.keys(), ""))
    return found

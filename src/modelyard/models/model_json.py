"""Models as JSON documents: one piece for the command line and REST."""

from typing import Any

import msgspec

from modelyard.models.version import Model, Version


def model_as_json(model: Model, served: Version | None) -> dict[str, Any]:
    """Give what lists say of a model."""
    return {
        "name": model.name,
        "aliases": {one.alias: one.number for one in model.aliases},
        "served": None if served is None else version_as_json(served),
        "created_at": model.created_at,
        "created_by": model.created_by,
    }


def version_as_json(version: Version, model: Model | None = None) -> dict[str, Any]:
    """Give all that people may know of a version."""
    hidden = {"digest", "converted", "sidecar", "description", "fault"}
    parts = {
        name: getattr(version, name) for name in version.__struct_fields__ if name not in hidden
    }
    parts["fault"] = None if version.fault is None else msgspec.to_builtins(version.fault)
    if model is not None:
        parts["aliases"] = [one.alias for one in model.aliases if one.number == version.number]
    found = version.description
    if found is not None:
        plain = msgspec.to_builtins(found)
        kept = {name: plain.get(name) for name in KEPT}
        parts["description"] = kept | {
            "inputs": plain["signature"]["fields"],
            "runtime": found.plan.runtime,
            "imports": sorted(f"{module}.{name}" for module, name in found.plan.names),
        }
    return parts


KEPT = (
    *("task", "estimator", "steps", "outputs", "classes", "has_probabilities", "has_scores"),
    *("written_by", "opened_with", "attempts", "notes", "example"),
)

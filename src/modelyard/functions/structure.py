"""Is a document an OpenAPI document at all? By the schemas that the OpenAPI Initiative publishes.

They come with openapi-spec-validator, and are compiled by jsonschema-rs: a document of 600
operations takes milliseconds. openapi-spec-validator itself, which looks deeper and takes a second,
is asked by `modelyard check`.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid, Unavailable
from modelyard.functions.source import Pointer, Source

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

VERSIONS = re.compile(r"3\.([01])(\.\d+)?(-.+)?")
MOST_FAULTS = 50


def version_of(source: Source) -> str:
    """Give `3.0` or `3.1`.

    Raises Invalid for what is no OpenAPI document, or one of another version.
    """
    content = source.content
    if not isinstance(content, dict):
        raise Invalid(source.name, "is no OpenAPI document: it must be an object.")
    if "swagger" in content:
        raise source.fault(
            ("swagger",),
            f"this is OpenAPI {content['swagger']}, and Modelyard reads 3.0 and 3.1.",
            "Convert it, with npx swagger2openapi for instance.",
        )
    if "openapi" not in content:
        raise Invalid(
            source.name, "is no OpenAPI document: it has no 'openapi'.", "Add: openapi: 3.1.0"
        )
    found = VERSIONS.fullmatch(str(content["openapi"]))
    if found is None:
        raise source.fault(
            ("openapi",), f"version '{content['openapi']}' is not read.", "Known: 3.0 and 3.1."
        )
    return f"3.{found[1]}"


def structural_faults(source: Source) -> list[tuple[Pointer, Invalid]]:
    """List what breaks the published schema, each with its place."""
    validator = _published(version_of(source))
    faults = []
    for error in first(validator.iter_errors(source.content)):
        deepest = _deepest(error)
        pointer = _keys(source.content, deepest.instance_path)
        faults.append((pointer, source.fault(pointer, _words(deepest))))
    return faults


def first(errors: Iterator[Any]) -> Iterator[Any]:
    """Give the first errors; a bad document may have thousands."""
    for _, error in zip(range(MOST_FAULTS), errors, strict=False):
        yield error


@cache
def _published(version: str) -> "Validator":
    import jsonschema_rs

    spec = find_spec("openapi_spec_validator")
    if spec is None or not spec.origin:
        raise Unavailable("openapi-spec-validator", "is not installed.")
    file = Path(spec.origin).parent / "resources" / "schemas" / f"v{version}" / "schema.json"
    return jsonschema_rs.validator_for(file.read_text(encoding="utf-8"), offline=True)


def _deepest(error: "ValidationError") -> "ValidationError":
    """Find the fault that is meant, where several shapes were possible: the deepest one.

    Of the shapes for a reference and for the thing itself, the thing's faults are meant.
    """
    context = getattr(error.kind, "context", None)
    if not context:
        return error
    below = [
        _deepest(one)
        for branch in context
        for one in branch
        if not (one.kind.name == "required" and getattr(one.kind, "property", "") == "$ref")
    ]
    return max(below, key=lambda one: len(one.instance_path), default=error)


def _keys(content: Any, path: list[str | int]) -> Pointer:
    """Give the path with the keys as they are: `200` may be read as a number on the way."""
    keys: list[str | int] = []
    for key in path:
        real = str(key) if isinstance(content, dict) else key
        keys.append(real)
        content = content[real]
    return tuple(keys)


def _words(error: "ValidationError") -> str:
    kind = error.kind
    if kind.name == "required":
        return f"'{kind.property}' is missing."  # type: ignore[attr-defined]
    if kind.name in {"additionalProperties", "unevaluatedProperties"}:
        names = ", ".join(kind.unexpected)  # type: ignore[attr-defined]
        return f"unknown: {names}."
    if kind.name == "enum":  # of several shapes, each has a list of its own
        return f"{str(error.instance)[:100]!r} is not known here."
    shown = error.message if len(error.message) <= 200 else f"{error.message[:200]}…"
    return f"{shown.rstrip('.')}."

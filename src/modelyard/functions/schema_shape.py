"""What a written schema says of types and properties, following references and combinations."""

from collections.abc import Mapping
from typing import Any

BOOK = "urn:modelyard:schemas"
DEEPEST = 8


def followed(schema: Any, pages: Mapping[str, Any]) -> Any:
    """Follow references to a schema that is none."""
    for _ in range(32):
        if not (isinstance(schema, dict) and str(schema.get("$ref", "")).startswith(BOOK)):
            break
        schema = pages[schema["$ref"].rpartition("/")[2]]
    return schema


def _parts(schema: Mapping[str, Any], words: tuple[str, ...]) -> list[Any]:
    return [part for word in words for part in schema.get(word, ())]


def kinds_of(schema: Any, pages: Mapping[str, Any], depth: int = 0) -> frozenset[str]:
    """Give the JSON types that a schema may allow; none are named where it allows all."""
    schema = followed(schema, pages)
    if not isinstance(schema, dict) or depth > DEEPEST:
        return frozenset()
    named = schema.get("type")
    if named is not None:
        return frozenset([named] if isinstance(named, str) else named)
    parts = _parts(schema, ("anyOf", "oneOf", "allOf"))
    return frozenset().union(*(kinds_of(part, pages, depth + 1) for part in parts))


def find_property(schema: Any, name: str, pages: Mapping[str, Any], depth: int = 0) -> Any:
    """Find the schema of a property; None where none is listed."""
    schema = followed(schema, pages)
    if not isinstance(schema, dict) or depth > DEEPEST:
        return None
    if name in schema.get("properties", {}):
        return schema["properties"][name]
    parts = _parts(schema, ("allOf", "anyOf", "oneOf"))
    found = (find_property(part, name, pages, depth + 1) for part in parts)
    return next((part for part in found if part is not None), None)


def all_properties(schema: Any, pages: Mapping[str, Any], depth: int = 0) -> dict[str, None]:
    """List the names of the properties, in order."""
    schema = followed(schema, pages)
    if not isinstance(schema, dict) or depth > DEEPEST:
        return {}
    names = dict.fromkeys(schema.get("properties", {}))
    for part in _parts(schema, ("allOf", "anyOf", "oneOf")):
        names |= all_properties(part, pages, depth + 1)
    return names

"""Does a body fit its schema? Unknown fields, wrong types and unknown words are named."""

from collections.abc import Iterator, Mapping
from typing import Any

KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def faults_in(
    value: Any, schema: Mapping[str, Any], schemas: Mapping[str, Any], where: str = "body"
) -> Iterator[str]:
    """Give all that does not fit."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    kind = schema.get("type", "any")
    if value is None or kind == "any":
        return
    if not _is(value, kind, schema):
        yield f"{where} is {type(value).__name__}, not {kind}"
    elif kind == "object":
        yield from _faults_in_object(value, schema, schemas, where)
    elif kind == "array":
        for number, item in enumerate(value):
            yield from faults_in(item, schema.get("items", {}), schemas, f"{where}[{number}]")
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{where} is '{value}', not one of {', '.join(schema['enum'])}"


def _faults_in_object(
    value: Mapping[str, Any], schema: Mapping[str, Any], schemas: Mapping[str, Any], where: str
) -> Iterator[str]:
    known = schema.get("properties", {})
    others = schema.get("additionalProperties")
    for key, item in value.items():
        inner = known.get(key, others)
        if inner is None:
            if known:
                yield f"{where}.{key} is not known"
        else:
            yield from faults_in(item, inner, schemas, f"{where}.{key}")


def _is(value: Any, kind: str, schema: Mapping[str, Any]) -> bool:
    """Tell whether it is of a kind; long numbers go as texts."""
    if isinstance(value, bool):
        return kind == "boolean"
    if kind in {"integer", "number"} and isinstance(value, str):
        return value.lstrip("-").replace(".", "", 1).isdigit()
    if kind == "string" and schema.get("format") in {"int64", "uint64"} and isinstance(value, int):
        return True
    return isinstance(value, KINDS.get(kind, (object,)))

"""The words of schemas: which hold schemas themselves, and how 3.0 says what 3.1 says."""

from typing import Any

RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
WORDS_ONLY = frozenset(
    ("example", "examples", "xml", "externalDocs", "discriminator", "deprecated", "readOnly")
) | {"writeOnly", "title", "description", "default", "$schema", "$comment", "$id"}
BY_NAME = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))
IN_LISTS = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
SINGLE = frozenset(
    ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
) | {"unevaluatedItems", "unevaluatedProperties", "contentSchema"}


def in_31(schema: dict[str, Any]) -> dict[str, Any]:
    """Turn the words of OpenAPI 3.0 into those of 3.1, which are JSON Schema 2020-12."""
    for end, word in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        is_open = schema.get(word)
        if isinstance(is_open, bool):
            del schema[word]
            if is_open and end in schema:
                schema[word] = schema.pop(end)
    nullable = schema.pop("nullable", False)
    return {"anyOf": [{"type": "null"}, schema]} if nullable is True else schema


def with_range(schema: dict[str, Any]) -> dict[str, Any]:
    """Give whole numbers the bounds that their format names."""
    bounds = RANGES.get(schema.get("format", "")) if schema.get("type") == "integer" else None
    if bounds is not None:
        schema["minimum"] = max(schema.get("minimum", bounds[0]), bounds[0])
        schema["maximum"] = min(schema.get("maximum", bounds[1]), bounds[1])
    return schema

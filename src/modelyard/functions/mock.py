"""Answers before there is code: from the examples of a document, else from its schemas."""

from collections.abc import Mapping
from typing import Any

from modelyard.errors import NotFound
from modelyard.functions.checks import fits
from modelyard.functions.describe_parts import example_in, is_json_type
from modelyard.functions.description import Answer, Description
from modelyard.functions.outcome import to_json_bytes
from modelyard.functions.request import Reply
from modelyard.functions.schema_shape import followed
from modelyard.functions.schemas import Schema

DEEPEST = 6
BY_FORMAT = {
    "date": "2024-02-01",
    "date-time": "2024-02-01T09:00:00Z",
    "time": "09:00:00Z",
    "duration": "P1D",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "ana@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "byte": "AA==",
}


def mock(description: Description, status: str = "") -> Reply:
    """Answer an operation as its document says, without its function.

    `status` names the answer; by default it is the first that is a success. Raises NotFound where
    no such answer is documented.
    """
    answer = _answer(description, status)
    code = _code(answer.status)
    media = next(iter(sorted(answer.contents, key=lambda one: not is_json_type(one))), "")
    if not media or code in {204, 304}:
        return Reply(code, b"")
    entry = answer.node.at("content")
    content = next(
        node.value for key, node in entry.items() if str(key).lower().partition(";")[0] == media
    )
    is_given, value = example_in(content)
    schema = answer.contents[media]
    if not is_given and schema is not None:
        value = value_for(schema)
    media = "application/json" if media == "*/*" else media
    if is_json_type(media) or not isinstance(value, str):
        return Reply(code, to_json_bytes(value), media)
    return Reply(code, value.encode(), media)


def _answer(description: Description, status: str) -> Answer:
    answers = description.answers
    if status:
        found = answers.get(status) or answers.get(f"{status[:1]}XX") or answers.get("default")
    else:
        good = sorted(code for code in answers if code.startswith("2"))
        found = answers[good[0]] if good else next(iter(answers.values()), None)
    if found is None:
        raise NotFound(
            f"function {description.name}",
            f"no answer {status or 'at all'} is documented.",
            f"Known: {', '.join(answers)}." if answers else "",
        )
    return found


def _code(status: str) -> int:
    if status.isdecimal():
        return int(status)
    return int(status[0]) * 100 if status[:1].isdecimal() else 200


def value_for(schema: Schema) -> Any:
    """Make a value that fits a schema: its example where it has one."""
    real = schema.book.references.resolve(schema.node).value
    if isinstance(real, dict):
        for given in (real.get("example"), *_listed(real.get("examples"))):
            if given is not None and fits(schema, given):
                return given
    return _value(schema.written, schema.book.pages, 0)


def _listed(examples: Any) -> list[Any]:
    return examples if isinstance(examples, list) else []


def _value(schema: Any, pages: Mapping[str, Any], depth: int) -> Any:
    schema = followed(schema, pages)
    if not isinstance(schema, dict):
        return None
    for word in ("const", "enum"):
        if word in schema:
            return schema[word] if word == "const" else schema[word][0]
    if schema.get("allOf"):
        return _joined(schema, pages, depth)
    for word in ("oneOf", "anyOf"):
        if schema.get(word):
            parts = [part for part in schema[word] if part != {"type": "null"}] or schema[word]
            found = _value(parts[0], pages, depth)
            rest = _object(schema, pages, depth) if "properties" in schema else {}
            return {**rest, **found} if isinstance(found, dict) else found
    return _of_type(schema, pages, depth)


def _joined(schema: Mapping[str, Any], pages: Mapping[str, Any], depth: int) -> Any:
    values = [_value(part, pages, depth) for part in schema["allOf"]]
    values.append(_of_type(schema, pages, depth) if "properties" in schema else None)
    objects = [value for value in values if isinstance(value, dict)]
    if not objects:
        return next((value for value in values if value is not None), None)
    return {name: member for value in objects for name, member in value.items()}


def _of_type(schema: Mapping[str, Any], pages: Mapping[str, Any], depth: int) -> Any:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "null"
    if kind == "object":
        return _object(schema, pages, depth)
    if kind == "array":
        wanted = max(schema.get("minItems", 0), 0 if depth > DEEPEST else 1)
        return [_value(schema.get("items"), pages, depth + 1) for _ in range(min(wanted, 100))]
    if kind in {"integer", "number"}:
        return _number(schema, kind)
    plain: dict[str, Any] = {"boolean": True, "string": _text(schema)}
    return plain.get(kind)


def _object(schema: Mapping[str, Any], pages: Mapping[str, Any], depth: int) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    return {
        name: _value(below, pages, depth + 1)
        for name, below in schema.get("properties", {}).items()
        if below is not False and (name in required or depth <= DEEPEST)
    }


def _number(schema: Mapping[str, Any], kind: str) -> float:
    step = schema.get("multipleOf", 1 if kind == "integer" else 0.5)
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    value = max(least, 0) if least is not None else 0
    if most is not None and value > most:
        value = most
    if value == schema.get("exclusiveMinimum"):
        value += step
    if value == schema.get("exclusiveMaximum"):
        value -= step
    return int(value) if kind == "integer" else float(value)


def _text(schema: Mapping[str, Any]) -> str:
    text = BY_FORMAT.get(schema.get("format", ""), "text")
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(text) + 1)
    return text.ljust(min(least, 10_000), "x")[: max(most, least)]

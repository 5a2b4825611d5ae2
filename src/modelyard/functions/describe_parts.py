"""The parts of an operation: parameters, body, answers."""

from typing import Any, cast

from modelyard.functions.description import Answer, Body, Parameter, Place
from modelyard.functions.references import Node, References
from modelyard.functions.schemas import Book, Schema

STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
IGNORED_HEADERS = frozenset(("accept", "content-type", "authorization"))
"""Header parameters of these names have no effect, says OpenAPI."""


def read_parameter(node: Node, book: Book, is_30: bool) -> Parameter | None:
    """Read one parameter; None for a header that OpenAPI passes over."""
    said = node.value
    name, place = str(said["name"]), cast("Place", said["in"])
    if place == "header" and name.lower() in IGNORED_HEADERS:
        return None
    schema, is_json = _schema_of(node, book, is_30)
    style = said.get("style", STYLES[place])
    plain = schema.node.value if schema is not None else {}
    plain = book.references.resolve(schema.node).value if schema is not None else plain
    has_default = isinstance(plain, dict) and "default" in plain
    return Parameter(
        name=name,
        place=place,
        is_required=said.get("required") is True or place == "path",
        style=style,
        is_exploded=bool(said.get("explode", style == "form")),
        schema=schema,
        is_json=is_json,
        default=plain["default"] if has_default else None,
        has_default=has_default,
        node=node,
    )


def _schema_of(node: Node, book: Book, is_30: bool) -> tuple[Schema | None, bool]:
    direct = node.find("schema")
    if direct is not None:
        return book.schema(direct, is_30), False
    contents = node.find("content")
    for media, entry in contents.items() if contents else ():
        below = entry.find("schema")
        schema = book.schema(below, is_30) if below else None
        return schema, is_json_type(plain_type(str(media)))
    return None, False


def read_body(node: Node, operation: Node, book: Book, is_30: bool) -> Body:
    """Read what a request may carry."""
    named = operation.value.get("x-body-name") or node.value.get("x-body-name")
    return Body(
        is_required=node.value.get("required") is True,
        name=str(named or "body"),
        contents=_contents(node, book, is_30),
        node=node,
    )


def read_answers(
    operation: Node, references: References, book: Book, is_30: bool
) -> dict[str, Answer]:
    """Read the documented answers, by status."""
    answers: dict[str, Answer] = {}
    listed = operation.find("responses")
    for status, entry in listed.items() if listed else ():
        if str(status).startswith("x-"):
            continue
        node = references.resolve(entry)
        headers = node.find("headers")
        required = tuple(
            str(name).lower()
            for name, header in (headers.items() if headers else ())
            if references.resolve(header).value.get("required") is True
        )
        key = str(status) if str(status) == "default" else str(status).upper()
        answers[key] = Answer(key, _contents(node, book, is_30), required, node)
    return answers


def _contents(node: Node, book: Book, is_30: bool) -> dict[str, Schema | None]:
    found: dict[str, Schema | None] = {}
    contents = node.find("content")
    for media, entry in contents.items() if contents else ():
        below = entry.find("schema") if isinstance(entry.value, dict) else None
        found[plain_type(str(media))] = book.schema(below, is_30) if below else None
    return found


def plain_type(media: str) -> str:
    """Give a media type in lower case, without parameters."""
    return media.partition(";")[0].strip().lower()


def is_json_type(media: str) -> bool:
    """Tell whether what has this media type is JSON."""
    return media == "application/json" or media.endswith("+json") or media == "*/*"


def is_text_type(media: str) -> bool:
    """Tell whether what has this media type is text."""
    return media.startswith("text/") or media.endswith(("/xml", "+xml", "/yaml", "/javascript"))


def example_in(content: Any) -> tuple[bool, Any]:
    """Find the example that a parameter or a content gives; (False, None) where there is none."""
    if not isinstance(content, dict):
        return False, None
    if "example" in content:
        return True, content["example"]
    named = content.get("examples")
    if isinstance(named, dict) and named:
        first = next(iter(named.values()))
        if isinstance(first, dict) and "value" in first:
            return True, first["value"]
    return False, None

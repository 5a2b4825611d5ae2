"""The OpenAPI document, shaped for reading."""

import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

Node = dict[str, Any]
DEEPEST = 3
MOST_STEPS = 20
MOST_PARTS = 300
"""Members of one answer that are shown."""


@dataclass(frozen=True)
class Parameter:
    """One thing that can be asked."""

    name: str
    place: str
    type: str
    description: str
    required: bool
    default: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One member of an answer; `name` is its path, such as `columns[].name`."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Reply:
    """One answer of an operation."""

    status: str
    description: str
    formats: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Operation:
    """One question that the API answers."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    replies: tuple[Reply, ...]
    body: tuple[Part, ...] = ()
    """What is to be sent, where something is."""
    example: str = ""
    """Such a body, as JSON."""
    sends: str = ""
    """The media type of the body, where it is one that a page can send."""
    is_function: bool = False
    """Whether it is the workspace's, not the service's own."""

    @property
    def is_tried(self) -> bool:
        """Whether the page has a form for it: what changes the service itself has none."""
        return self.method == "GET" or self.is_function

    @property
    def in_address(self) -> tuple[Parameter, ...]:
        """The parameters that stand in the address."""
        return tuple(one for one in self.parameters if one.place in {"path", "query"})

    @property
    def in_headers(self) -> tuple[Parameter, ...]:
        """The parameters that are sent as headers."""
        return tuple(one for one in self.parameters if one.place in {"header", "cookie"})


@dataclass(frozen=True)
class Group:
    """Operations that belong together."""

    name: str
    description: str
    operations: tuple[Operation, ...]


def groups_of(document: Node, own: Container[str]) -> list[Group]:
    """Sort the operations of a document by their first tag, in the order of its tags.

    `own` are the paths of the service itself; the others are functions.
    """
    operations = list(_operations(document, own))
    return [
        Group(tag["name"], tag.get("description", ""), _tagged(operations, tag["name"]))
        for tag in document.get("tags", [])
    ]


def operations_of(document: Node, own: Container[str]) -> list[Operation]:
    """Give all operations; `own` are the paths of the service itself."""
    return [operation for _, operation in _operations(document, own)]


def _tagged(operations: list[tuple[str, Operation]], tag: str) -> tuple[Operation, ...]:
    return tuple(operation for name, operation in operations if name == tag)


def _operations(document: Node, own: Container[str]) -> Iterator[tuple[str, Operation]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            shaped = _operation(document, path, method, operation)
            tag = (operation.get("tags") or [""])[0]
            yield tag, replace(shaped, is_function=path not in own)


def _operation(document: Node, path: str, method: str, operation: Node) -> Operation:
    parameters = (_resolved(document, node) for node in operation.get("parameters", []))
    media, sent = _sent(document, operation)
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=tuple(_parameter(document, node) for node in parameters),
        replies=tuple(
            _reply(document, status, _resolved(document, node))
            for status, node in operation.get("responses", {}).items()
        ),
        body=tuple(islice(_parts(document, sent.get("schema", {}), "", 0), MOST_PARTS)),
        example=json.dumps(sent["example"], default=str) if "example" in sent else "",
        sends=media,
    )


def _sent(document: Node, operation: Node) -> tuple[str, Node]:
    """Give what is said of the body of an operation that a page can send, JSON before text."""
    contents = _resolved(document, operation.get("requestBody", {})).get("content", {})
    for media in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        if media in contents:
            return media, contents[media]
    return "", {}


def _parameter(document: Node, node: Node) -> Parameter:
    schema = _resolved(document, node.get("schema", {}))
    default = schema.get("default")
    return Parameter(
        name=node["name"],
        place=node["in"],
        type=_type(document, schema),
        description=node.get("description", ""),
        required=node.get("required", False),
        default="" if default is None else _written(default),
        choices=_choices(schema),
    )


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choices(schema: Node) -> tuple[str, ...]:
    if schema.get("type") == "boolean":
        return ("false", "true")
    return tuple(str(choice) for choice in schema.get("enum", ()))


def _reply(document: Node, status: str, node: Node) -> Reply:
    content: Node = node.get("content", {})
    schema = next((kind.get("schema") for kind in content.values() if "schema" in kind), None)
    return Reply(
        status="any other" if status == "default" else status,
        description=node.get("description", ""),
        formats=tuple(content),
        parts=tuple(islice(_parts(document, schema, "", 0), MOST_PARTS)) if schema else (),
    )


def _parts(document: Node, node: Node, path: str, depth: int) -> Iterator[Part]:
    schema = _resolved(document, node)
    if depth > MOST_STEPS or depth - path.count("[]") > DEEPEST:
        return
    if schema.get("type") == "array":
        yield from _parts(document, schema.get("items", {}), f"{path}[]", depth + 1)
        return
    for part in schema.get("allOf", ()):
        yield from _parts(document, part, path, depth + 1)
    for name, value in schema.get("properties", {}).items():
        whole = f"{path}.{name}" if path else name
        inner = _resolved(document, value)
        yield Part(whole, _type(document, inner), inner.get("description", ""))
        yield from _parts(document, inner, whole, depth + 1)


def _resolved(document: Node, node: Any, depth: int = 0) -> Node:
    """Follow a `$ref` inside the document; nothing for a schema that is only true or false."""
    if not isinstance(node, dict) or depth > MOST_STEPS:
        return {}
    reference = node.get("$ref")
    if reference is None:
        return node
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return _resolved(document, found, depth + 1)


def _type(document: Node, schema: Node, depth: int = 0) -> str:
    """Write a type in words, with its bounds."""
    if "enum" in schema:
        return " | ".join(str(choice) for choice in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "any")
    if kind == "array":
        inner = _resolved(document, schema.get("items", {}))
        return f"list of {_type(document, inner, depth + 1) if depth < DEEPEST else 'lists'}"
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return words + _bounds(schema)


def _bounds(schema: Node) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low:,} to {high:,}"
    return f", {low:,} or more" if low is not None else ""

"""Schemas of a document as JSON Schema 2020-12, and compiled.

OpenAPI 3.0 has a dialect of its own (`nullable`, `exclusiveMinimum: true`, ...), which is written
anew. What a request may hold is not what an answer may hold: a `readOnly` value need not be sent,
and a `writeOnly` one must not come back. So there is a book for each direction.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from modelyard.errors import Invalid
from modelyard.functions.references import Node, References
from modelyard.functions.schema_faults import patterns, schema_faults
from modelyard.functions.schema_shape import (
    BOOK,
    all_properties,
    find_property,
    followed,
    kinds_of,
)
from modelyard.functions.schema_words import (
    BY_NAME,
    IN_LISTS,
    SINGLE,
    WORDS_ONLY,
    in_31,
    with_range,
)

if TYPE_CHECKING:
    from jsonschema_rs import Registry, Validator

Direction = Literal["request", "response"]


@dataclass
class Book:
    """All schemas of one direction; those that are referred to are written once."""

    references: References
    direction: Direction
    _names: dict[tuple[str, tuple[str | int, ...], bool], str] = field(default_factory=dict)
    _written: dict[str, Any] = field(default_factory=dict)
    _nodes: list[tuple[Any, Node]] = field(default_factory=list)
    _registry: "Registry | None" = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def schema(self, node: Node, is_30: bool) -> "Schema":
        """Write a schema, and all that it refers to.

        Raises Invalid, with file and line, where a reference leads nowhere.
        """
        written = self._write(node, is_30)
        self._nodes.append((written, node))
        return Schema(self, written, node)

    def faults(self) -> list[Invalid]:
        """List the schemas that are none, and the patterns that cannot be used."""
        return schema_faults(self._nodes)

    def _write(self, node: Node, is_30: bool) -> Any:
        value = node.value
        if not isinstance(value, dict):
            if isinstance(value, bool):
                return value
            raise node.fault("must be a schema.")
        if isinstance(value.get("$ref"), str):
            target = {"$ref": f"{BOOK}#/$defs/{self._name(node, is_30)}"}
            if is_30 or len(value) == 1:
                return target
            rest = Node(node.source, node.pointer, {k: v for k, v in value.items() if k != "$ref"})
            return {"allOf": [target, self._write(rest, is_30)]}
        written = {
            str(key): self._below(key, below, is_30)
            for key, below in node.items()
            if key not in WORDS_ONLY and not str(key).startswith("x-")
        }
        self._adjust_direction(value, written)
        with_range(written)
        return in_31(written) if is_30 else written

    def _below(self, key: str | int, node: Node, is_30: bool) -> Any:
        if key in BY_NAME and isinstance(node.value, dict):
            return {name: self._write(below, is_30) for name, below in node.items()}
        if key in IN_LISTS and isinstance(node.value, list):
            return [self._write(below, is_30) for _, below in node.items()]
        if key in SINGLE:
            return self._write(node, is_30)
        return node.value

    def _name(self, node: Node, is_30: bool) -> str:
        """Give the name of what a reference leads to, written on the way."""
        target = self.references.step(node, node.value["$ref"])
        key = (target.source.name, target.pointer, is_30)
        if key not in self._names:
            self._names[key] = name = f"s{len(self._names)}"
            self.references.resolve(target)
            self._registry = None
            self._written[name] = self._write(target, is_30)
            self._nodes.append((self._written[name], target))
        return self._names[key]

    def _adjust_direction(self, schema: Mapping[str, Any], written: dict[str, Any]) -> None:
        """Let go what this direction need not have, and refuse what it must not."""
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return
        flag = "readOnly" if self.direction == "request" else "writeOnly"
        flagged = {name for name, below in properties.items() if _has(below, flag)}
        if not flagged:
            return
        if isinstance(schema.get("required"), list):
            written["required"] = [name for name in schema["required"] if name not in flagged]
        if self.direction == "response":
            written["properties"] |= dict.fromkeys(flagged, False)

    @property
    def pages(self) -> Mapping[str, Any]:
        """The schemas that are referred to, by name."""
        return self._written

    def compile(self, written: Any) -> "Validator":
        """Compile a written schema; raises ValueError where it is none."""
        from jsonschema_rs import Draft202012Validator

        return Draft202012Validator(
            written,
            registry=self._pages(),
            validate_formats=True,
            offline=True,
            pattern_options=patterns(),
        )

    def _pages(self) -> "Registry":
        from jsonschema_rs import Registry

        with self._lock:
            if self._registry is None:
                self._registry = Registry([(BOOK, {"$defs": self._written})])
            return self._registry


@dataclass
class Schema:
    """One schema, compiled when it is first used: documents can have thousands."""

    book: Book
    written: Any
    node: Node
    _validator: "Validator | None" = None

    @property
    def validator(self) -> "Validator":
        """The compiled schema."""
        if self._validator is None:
            self._validator = self.book.compile(self.written)
        return self._validator

    def kinds(self) -> frozenset[str]:
        """Give the JSON types that it may allow; none are named where it allows all."""
        return kinds_of(self.written, self.book.pages)

    def property(self, name: str) -> "Schema | None":
        """Find the schema of one property, following references and `allOf`."""
        found = find_property(self.written, name, self.book.pages)
        return None if found is None else Schema(self.book, found, self.node)

    def items(self) -> "Schema | None":
        """Find the schema of the items of a list."""
        written = followed(self.written, self.book.pages)
        found = written.get("items") if isinstance(written, dict) else None
        return None if not isinstance(found, dict) else Schema(self.book, found, self.node)

    def property_names(self) -> tuple[str, ...]:
        """Give the names of the properties that it lists."""
        return tuple(all_properties(self.written, self.book.pages))


def _has(schema: Any, flag: str) -> bool:
    return isinstance(schema, dict) and schema.get(flag) is True

"""One OpenAPI 3.1 document for the whole service: Modelyard's own operations and the functions'.

What functions' documents say in 3.0 is written in 3.1. Schemas that are referred to become
components, under a free name; all other references are written out.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modelyard.errors import Conflict
from modelyard.functions.catalogue import Functions
from modelyard.functions.operation import Operation
from modelyard.functions.references import Node, References
from modelyard.functions.schema_words import BY_NAME, IN_LISTS, SINGLE, in_31

AS_IT_IS = frozenset(("example", "examples"))
OWN_WORDS = frozenset(("x-openapi-router-controller", "x-body-name", "x-isolation", "x-at-once"))
PROBLEM = {"$ref": "#/components/responses/Problem"}
DEEPEST = 60


def merge(own: Mapping[str, Any], functions: Functions) -> dict[str, Any]:
    """Give the document of the whole service; `own` is Modelyard's.

    An operation that does not say how it fails gets the answer `Problem` of `own`. Raises Conflict,
    with file and line, where a function has the path or the operationId of another operation.
    """
    joint: dict[str, Any] = copy.deepcopy(dict(own))
    paths = joint.setdefault("paths", {})
    writers = {id(node.source): _Writer(functions, joint) for node in functions.documents}
    names = {
        operation.get("operationId")
        for item in paths.values()
        for operation in item.values()
        if isinstance(operation, dict)
    }
    for operation in functions.values():
        described = operation.description
        item = paths.setdefault(operation.path, {})
        if operation.method.lower() in item or operation.name in names:
            raise Conflict(described.place, "its path or operationId is that of another operation.")
        writer = writers.get(id(described.node.source)) or _Writer(functions, joint)
        item[operation.method.lower()] = writer.operation(operation)
    return joint


@dataclass
class _Writer:
    """Writes operations of one document into the joint one."""

    functions: Functions
    joint: dict[str, Any]
    _names: dict[tuple[str, tuple[str | int, ...], bool], str] = field(default_factory=dict)

    def operation(self, operation: Operation) -> dict[str, Any]:
        """Write one operation."""
        described = operation.description
        self.is_30 = described.is_30
        self.references: References = described.references
        written = self._plain(described.node, 0)
        parameters = [self._plain(one.node, 0) for one in described.parameters]
        if parameters:
            written["parameters"] = parameters
        if described.security is not None:
            written["security"] = [
                {self._scheme(name, described.node): list(scopes) for name, scopes in one.schemes}
                for one in described.security
            ]
        answers = written.setdefault("responses", {})
        if "default" not in answers and "Problem" in self._components("responses"):
            answers["default"] = dict(PROBLEM)
        return {key: value for key, value in written.items() if key not in OWN_WORDS}

    def _components(self, section: str) -> dict[str, Any]:
        below: dict[str, Any] = self.joint.setdefault("components", {}).setdefault(section, {})
        return below

    def _plain(self, node: Node, depth: int) -> Any:
        """Write what is no schema; references are followed."""
        node = self.references.resolve(node)
        if depth > DEEPEST:
            raise node.fault("refers to itself.")
        if isinstance(node.value, list):
            return [self._plain(below, depth + 1) for _, below in node.items()]
        if not isinstance(node.value, dict):
            return node.value
        written: dict[str, Any] = {}
        for key, below in node.items():
            if key in AS_IT_IS:
                written[str(key)] = copy.deepcopy(below.value)
            elif key == "schema":
                written["schema"] = self._schema(below)
            elif key != "callbacks":
                written[str(key)] = self._plain(below, depth + 1)
        return written

    def _schema(self, node: Node) -> Any:
        if not isinstance(node.value, dict):
            return node.value
        if isinstance(node.value.get("$ref"), str):
            reference = f"#/components/schemas/{self._component(node)}"
            if self.is_30:
                return {"$ref": reference}
            return {**self._words(node), "$ref": reference}
        return self._words(node)

    def _words(self, node: Node) -> dict[str, Any]:
        """Write the words of one schema."""
        written: dict[str, Any] = {}
        for key, below in node.items():
            if key in {"$ref", "$id", "$schema"}:
                continue
            if key in BY_NAME and isinstance(below.value, dict):
                written[str(key)] = {name: self._schema(one) for name, one in below.items()}
            elif key in IN_LISTS and isinstance(below.value, list):
                written[str(key)] = [self._schema(one) for _, one in below.items()]
            elif key in SINGLE:
                written[str(key)] = self._schema(below)
            elif key == "discriminator":
                written[str(key)] = {"propertyName": below.value.get("propertyName", "")}
            else:
                written[str(key)] = copy.deepcopy(below.value)
        return in_31(written) if self.is_30 else written

    def _component(self, node: Node) -> str:
        """Give the name of the component that a reference leads to, written once."""
        target = self.references.step(node, node.value["$ref"])
        key = (target.source.name, target.pointer, self.is_30)
        if key not in self._names:
            schemas = self._components("schemas")
            self._names[key] = name = _free(_name_of(target), schemas)
            schemas[name] = {}
            schemas[name] = self._schema(target)
        return self._names[key]

    def _scheme(self, name: str, node: Node) -> str:
        """Take over a security scheme, under a free name where another has its own."""
        schemes = self._components("securitySchemes")
        defined = _below(node.source.content, ("components", "securitySchemes", name)) or {}
        known = schemes.get(name)
        if known is None or known == defined:
            schemes[name] = copy.deepcopy(defined)
            return name
        free = _free(f"{name}_{_stem(node)}", schemes) if defined else name
        schemes.setdefault(free, copy.deepcopy(defined))
        return free


def _below(value: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _stem(node: Node) -> str:
    return "".join(char if char.isalnum() else "_" for char in node.source.name)


def _name_of(node: Node) -> str:
    last = str(node.pointer[-1]) if node.pointer else _stem(node)
    return "".join(char if char.isalnum() or char in "._-" else "_" for char in last)


def _free(name: str, taken: Mapping[str, Any]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free

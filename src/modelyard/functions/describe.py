"""Reading the operations of a document; one that has a fault does not keep the others back."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from modelyard.errors import Invalid, ModelyardError
from modelyard.functions.describe_parts import read_answers, read_body, read_parameter
from modelyard.functions.description import Body, Description, Limits, Parameter, Requirement
from modelyard.functions.references import Node, References
from modelyard.functions.schemas import Book
from modelyard.functions.source import Source
from modelyard.functions.structure import structural_faults, version_of

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
TEMPLATE = re.compile(r"\{([^{}/]+)\}")
CONTROLLER = "x-openapi-router-controller"
MEBIBYTE = 1024 * 1024
Outcome = Description | ModelyardError


@dataclass(frozen=True)
class Defaults:
    """What holds where a document says nothing."""

    controller: str
    limits: Limits


@dataclass
class Reader:
    """Reads the operations of one document."""

    source: Source
    references: References
    requests: Book
    responses: Book
    defaults: Defaults

    def read(self) -> Iterator[Outcome]:
        """Give each operation, or what is wrong with it."""
        self.is_30 = version_of(self.source) == "3.0"
        self.root = Node(self.source, (), self.source.content)
        self.prefix = prefix_of(self.root)
        broken = structural_faults(self.source)
        yield from (fault for pointer, fault in broken if not _is_operation(pointer))
        if any(
            pointer[:1] != ("paths",) and pointer[:1] != ("components",) for pointer, _ in broken
        ):
            return
        faults = {pointer[:3]: fault for pointer, fault in broken if pointer[:1] == ("paths",)}
        paths = self.root.find("paths")
        for path, item in paths.items() if paths else ():
            if str(path).startswith("/") and item.pointer not in faults:
                yield from self._item(str(path), item, faults)

    def _item(
        self, path: str, item: Node, faults: Mapping[tuple[str | int, ...], Invalid]
    ) -> Iterator[Outcome]:
        try:
            real = self.references.resolve(item)
        except ModelyardError as fault:
            yield fault
            return
        for method in METHODS:
            node = real.find(method)
            if node is None or faults.get((*item.pointer, "parameters")):
                continue
            known = faults.get((*item.pointer, method))
            if known is not None:
                yield known
                continue
            try:
                yield self._operation(path, method, real, node)
            except ModelyardError as error:
                yield self._named(error, path, method)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                shown = f"{method.upper()} {self.prefix}{path}"
                yield node.fault(f"cannot be read: {type(error).__name__} {error}.", what=shown)

    def _named(self, error: ModelyardError, path: str, method: str) -> ModelyardError:
        """Name the operation that a fault somewhere else concerns."""
        shown = f"{method.upper()} {self.prefix}{path}"
        return (
            error
            if shown in error.where
            else type(error)(f"{error.where} ({shown})", error.why, error.cure)
        )

    def _operation(self, path: str, method: str, item: Node, node: Node) -> Description:
        said = node.value
        shown = f"{method.upper()} {self.prefix}{path}"
        name = said.get("operationId")
        if not isinstance(name, str) or not name.strip():
            raise node.fault(
                "has no operationId, so no function can answer it.",
                "Add operationId: src.module.function",
                shown,
            )
        controller, function = self._function(name, item, node)
        parameters = self._parameters(path, item, node, shown)
        return Description(
            name=name,
            method=method.upper(),
            path=self.prefix + path,
            controller=controller,
            function=function,
            summary=str(said.get("summary") or ""),
            parameters=parameters,
            body=self._body(node),
            answers=read_answers(node, self.references, self.responses, self.is_30),
            security=_security(said, self.root.value),
            is_run=said.get("x-run") is True,
            limits=self._limits(node),
            node=node,
            references=self.references,
            is_30=self.is_30,
        )

    def _function(self, name: str, item: Node, node: Node) -> tuple[str, str]:
        """Find the module and the function that are named."""
        named = node.value.get(CONTROLLER) or item.value.get(CONTROLLER)
        if named:
            return str(named), name.rpartition(".")[2] if str(named) in name else name
        module, _, function = name.rpartition(".")
        return (module, function) if module else (self.defaults.controller, name)

    def _parameters(self, path: str, item: Node, node: Node, shown: str) -> tuple[Parameter, ...]:
        found: dict[tuple[str, str], Parameter] = {}
        for holder in (item, node):
            below = holder.find("parameters")
            for _, entry in below.items() if below else ():
                real = self.references.resolve(entry)
                parameter = read_parameter(real, self.requests, self.is_30)
                if parameter is not None:
                    found[(parameter.place, parameter.name)] = parameter
        if "}{" in path:
            raise node.fault("two parameters stand side by side in the path.", what=shown)
        named = set(TEMPLATE.findall(path))
        declared = {name for place, name in found if place == "path"}
        for name in sorted(named ^ declared):
            why = (
                "is in the path, but no parameter describes it"
                if name in named
                else ("is described as a path parameter, but is not in the path")
            )
            raise node.fault(f"'{name}' {why}.", what=shown)
        return tuple(found.values())

    def _body(self, node: Node) -> Body | None:
        below = node.find("requestBody")
        if below is None:
            return None
        return read_body(self.references.resolve(below), node, self.requests, self.is_30)

    def _limits(self, node: Node) -> Limits:
        given = self.defaults.limits
        isolation = node.value.get("x-isolation", given.isolation)
        if isolation not in {"thread", "process"}:
            raise node.at("x-isolation").fault("must be 'thread' or 'process'.")
        memory = _number(node, "x-memory-mib", given.memory_bytes // MEBIBYTE, 16, 2**20)
        return Limits(
            timeout_s=_number(node, "x-timeout-s", given.timeout_s, 0.001, 86_400),
            at_once=int(_number(node, "x-at-once", given.at_once, 1, 10_000)),
            isolation=isolation,
            memory_bytes=int(memory * MEBIBYTE),
        )


def prefix_of(root: Node) -> str:
    """Give the path of the document's first server, under which its operations are served."""
    servers = root.find("servers")
    if servers is None or not servers.value:
        return ""
    first = servers.at(0)
    if not isinstance(first.value, dict):
        return ""
    url = str(first.value.get("url", ""))
    for name, variable in (first.value.get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    try:
        path = urlsplit(url).path.rstrip("/")
    except ValueError:
        raise first.fault(f"'{url}' is no address.") from None
    return path if path.startswith("/") or not path else f"/{path}"


def _is_operation(pointer: tuple[str | int, ...]) -> bool:
    return len(pointer) >= 3 and pointer[0] == "paths" and pointer[2] in METHODS


def _number(node: Node, key: str, default: float, least: float, most: float) -> float:
    value = node.value.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise node.at(key).fault(f"must be a number from {least:g} to {most:g}.")
    return value


def _security(said: Mapping[str, Any], root: Mapping[str, Any]) -> tuple[Requirement, ...] | None:
    listed = said.get("security", root.get("security"))
    if not isinstance(listed, list):
        return None
    return tuple(
        Requirement(tuple((name, tuple(scopes or ())) for name, scopes in (entry or {}).items()))
        for entry in listed
    )

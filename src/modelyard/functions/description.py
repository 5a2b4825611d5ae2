"""What a document says of an operation, read once into plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from modelyard.functions.references import Node, References
from modelyard.functions.schemas import Schema

Place = Literal["path", "query", "header", "cookie"]
Isolation = Literal["thread", "process"]


@dataclass(frozen=True)
class Parameter:
    """One value that a request carries outside its body."""

    name: str
    place: Place
    is_required: bool
    style: str
    is_exploded: bool
    schema: Schema | None
    is_json: bool
    """Whether its text is a JSON document (`content` in place of `schema`)."""
    default: Any
    """None where there is none; see `has_default`."""
    has_default: bool
    node: Node


@dataclass(frozen=True)
class Body:
    """What a request may carry as its body."""

    is_required: bool
    name: str
    """The argument that takes it: `body`, or what `x-body-name` says."""
    contents: Mapping[str, Schema | None]
    """By media type, in lower case and without parameters."""
    node: Node


@dataclass(frozen=True)
class Answer:
    """One documented answer."""

    status: str
    """`200`, `2XX` or `default`."""
    contents: Mapping[str, Schema | None]
    headers: tuple[str, ...]
    """The headers that it must have, in lower case."""
    node: Node


@dataclass(frozen=True)
class Requirement:
    """One way to be let in: all these schemes, each with the scopes it must have."""

    schemes: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def scopes(self) -> frozenset[str]:
        """All scopes that it asks for."""
        return frozenset(scope for _, scopes in self.schemes for scope in scopes)


@dataclass(frozen=True)
class Limits:
    """How long, how many, how much."""

    timeout_s: float
    at_once: int
    isolation: Isolation
    memory_bytes: int


@dataclass(frozen=True, eq=False)
class Description:
    """One operation as its document describes it."""

    name: str
    """The operationId."""
    method: str
    """In upper case."""
    path: str
    """With the prefix of the document's server, such as `/e222/sum/{a}/{b}`."""
    controller: str
    """The module of the function; empty where nothing names one."""
    function: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: Mapping[str, Answer]
    security: tuple[Requirement, ...] | None
    """None where the document says nothing; empty where everybody may ask."""
    is_run: bool
    """Whether asking for it starts a durable run (`x-run: true`)."""
    limits: Limits
    node: Node
    references: References
    is_30: bool
    """Whether its document is OpenAPI 3.0."""

    @property
    def place(self) -> str:
        """File, line and operation, for messages."""
        return f"{self.file_and_line}, {self.method} {self.path}"

    @property
    def file_and_line(self) -> str:
        """Where it stands."""
        source = self.node.source
        return f"{source.name}, line {source.line_of(self.node.pointer)}"

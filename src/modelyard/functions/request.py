"""A request and an answer as plain values: there is no HTTP server in here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec


@dataclass(frozen=True)
class Upload:
    """A file that came with a form."""

    name: str
    """The name that the sender gave it; never a path to write to."""
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What an operation is asked."""

    path_values: Mapping[str, str] = field(default_factory=dict)
    """The parts of the path that its template names, decoded."""
    query: str = ""
    """What stands behind the `?`, as it came."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Asked with names in lower case."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    form: Iterable[tuple[str, str]] = ()
    """The fields of a form, where the body is one."""
    files: Iterable[tuple[str, Upload]] = ()
    asker: object = None
    """The person who asks; handed to functions that want to know."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What an operation answers."""

    status: int
    body: bytes | Path | Iterable[bytes]
    """A path is a file of the workspace, to be sent as it is; an iterable is sent as it comes."""
    media_type: str = ""
    """Empty where there is no body."""
    headers: tuple[tuple[str, str], ...] = ()

    def whole(self) -> bytes:
        """Give all of the body."""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, Path):
            return self.body.read_bytes()
        return b"".join(self.body)


def to_json(request: Request) -> dict[str, Any]:
    """Give a request as JSON values, as a run keeps it; without who asks, and without cookies."""
    files = [
        [field, file.name, file.media_type, msgspec.to_builtins(file.content)]
        for field, file in request.files
    ]
    return ({"files": files} if files else {}) | {
        "path": dict(request.path_values),
        "query": request.query,
        "headers": {
            name: request.headers[name]
            for name in ("content-type", "accept")
            if name in request.headers
        },
        "body": msgspec.to_builtins(request.body),
        "form": [list(pair) for pair in request.form],
    }


def from_json(kept: Mapping[str, Any], asker: object = None) -> Request:
    """Give the request that `to_json` made values of."""
    return Request(
        path_values=kept.get("path", {}),
        query=kept.get("query", ""),
        headers=kept.get("headers", {}),
        body=msgspec.convert(kept.get("body", ""), bytes),
        form=[(name, value) for name, value in kept.get("form", ())],
        files=[
            (field, Upload(str(name), str(media_type), msgspec.convert(content, bytes)))
            for field, name, media_type, content in kept.get("files", ())
        ],
        asker=asker,
    )

"""`$ref`: within a file, into other files of the workspace, and nowhere else unless allowed."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from modelyard.errors import Invalid, ModelyardError
from modelyard.functions.source import MOST_BYTES, Pointer, Source, read_source, source_of

FETCH_TIMEOUT_S = 10.0
LONGEST_CHAIN = 32


@dataclass(frozen=True)
class Node:
    """A value in a document, and where it stands."""

    source: Source
    pointer: Pointer
    value: Any

    def at(self, *keys: str | int) -> "Node":
        """Give what stands below; the keys must be there."""
        value = self.value
        for key in keys:
            value = value[key]
        return Node(self.source, (*self.pointer, *keys), value)

    def find(self, key: str) -> "Node | None":
        """Give what stands under a key; None where nothing does."""
        if isinstance(self.value, dict) and self.value.get(key) is not None:
            return self.at(key)
        return None

    def items(self) -> "Iterator[tuple[str | int, Node]]":
        """Go through an object or a list."""
        pairs = self.value.items() if isinstance(self.value, dict) else enumerate(self.value)
        for key, value in pairs:
            yield key, Node(self.source, (*self.pointer, key), value)

    def fault(self, why: str, cure: str = "", what: str = "") -> Invalid:
        """Give a fault of this place."""
        return self.source.fault(self.pointer, why, cure, what)


@dataclass
class References:
    """Follows references, and keeps the files it has read."""

    root: Path
    allows: Callable[[Path], bool]
    """Tells whether a file may be read."""
    remote: tuple[str, ...] = ()
    """How the addresses begin that may be fetched."""
    sources: dict[str, Source] = field(default_factory=dict)

    def open(self, name: str) -> Source:
        """Read a file by its path in the workspace, once.

        Raises Invalid where it lies outside or has a fault.
        """
        if name not in self.sources:
            file = self.root / name
            if not self.allows(file):
                raise Invalid(name, "lies outside the workspace.")
            self.sources[name] = read_source(file, name)
        return self.sources[name]

    def resolve(self, node: Node) -> Node:
        """Follow `$ref` until there is none.

        Raises Invalid where it leads nowhere, round in a circle, or out of the workspace.
        """
        here = node
        for _ in range(LONGEST_CHAIN):
            reference = here.value.get("$ref") if isinstance(here.value, dict) else None
            if not isinstance(reference, str):
                return here
            here = self.step(here, reference)
        raise node.fault("its $ref goes round in a circle.")

    def step(self, node: Node, reference: str) -> Node:
        """Follow one reference from where it stands."""
        address, _, fragment = reference.partition("#")
        source = self._source(node, address) if address else node.source
        value, pointer = source.content, _pointer(fragment)
        found: Pointer = ()
        for key in pointer:
            value, real = _below(value, key)
            if real is None:
                raise node.fault(
                    f"$ref '{reference}' leads nowhere: {source.name} has no "
                    f"'{'/'.join(pointer[: len(found) + 1])}'.",
                )
            found = (*found, real)
        return Node(source, found, value)

    def content_at(self, address: str) -> Any:
        """Give what stands at a whole address, `file://` or another; raises Invalid as above."""
        path = Path(unquote(urlsplit(address).path))
        if address.startswith("file:"):
            name = _find_inside(self.root, path)
            if name is None:
                raise Invalid(address, "lies outside the workspace.")
            return self.open(name).content
        return self._fetch(Node(next(iter(self.sources.values())), (), None), address).content

    def _source(self, node: Node, address: str) -> Source:
        here = node.source
        is_remote = here.file is None or urlsplit(address).scheme != ""
        if is_remote:
            return self._fetch(node, urljoin(here.name, address) if here.file is None else address)
        target = Path(here.name).parent / unquote(address)
        name = _find_inside(self.root, target)
        if name is None:
            raise node.fault(f"$ref '{address}' lies outside the workspace.")
        try:
            return self.open(name)
        except ModelyardError as fault:
            raise node.fault(f"$ref '{address}' cannot be followed: {fault}") from None

    def _fetch(self, node: Node, address: str) -> Source:
        if address in self.sources:
            return self.sources[address]
        if not any(_begins(address, begin) for begin in self.remote):
            raise node.fault(
                f"$ref '{address}' leads to another machine, which is not allowed.",
                "Copy the file into the workspace, or name how its address begins in "
                "[functions] allow_remote_refs.",
            )
        try:
            self.sources[address] = source_of(_download(address), address)
        except (OSError, ValueError, ModelyardError) as fault:
            raise node.fault(f"$ref '{address}' could not be fetched: {fault}") from None
        return self.sources[address]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An allowed address must not lead to one that is not."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


def _download(address: str) -> str:
    opener = urllib.request.build_opener(_NoRedirects)
    with opener.open(address, timeout=FETCH_TIMEOUT_S) as answer:
        content = answer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES // 2**20} MiB")
    return str(content, "utf-8-sig")


def _begins(address: str, begin: str) -> bool:
    """Tell whether an address lies under an allowed one: `https://a.b` does not allow a.b.evil."""
    asked, allowed = urlsplit(address), urlsplit(begin)
    return (
        asked.scheme in {"http", "https"}
        and (asked.scheme, asked.netloc) == (allowed.scheme, allowed.netloc)
        and ".." not in asked.path
        and asked.path.startswith(allowed.path.rstrip("/") + "/")
    )


def _find_inside(root: Path, target: Path) -> str | None:
    """Give the path in the workspace without `..`, so that each file has one name."""
    whole = (root / target).resolve()
    real = root.resolve()
    return whole.relative_to(real).as_posix() if whole.is_relative_to(real) else None


def _pointer(fragment: str) -> tuple[str, ...]:
    if not fragment.strip("/"):
        return ()
    parts = unquote(fragment).removeprefix("/").split("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def _below(value: Any, key: str) -> tuple[Any, str | int | None]:
    if isinstance(value, dict) and key in value:
        return value[key], key
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)], int(key)
    return None, None

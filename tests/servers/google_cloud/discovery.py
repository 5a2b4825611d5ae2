"""Google's discovery documents: which methods an API has, and what may be sent to each."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Method:
    """One method of an API."""

    id: str
    """Such as `run.namespaces.services.create`."""
    verb: str
    pattern: re.Pattern[str]
    literals: int
    """How many letters of its path are fixed: the method with most is meant."""
    request: str
    """The name of the schema of its body; empty for none."""
    response: str
    parameters: frozenset[str]
    """The query parameters that it knows."""
    api: str
    """The document: `run.v1`."""

    @property
    def action(self) -> str:
        """What it does: get, list, insert, create, patch, ..."""
        return self.id.rpartition(".")[2]


@cache
def document(api: str) -> Mapping[str, Any]:
    """Give a document, such as `run.v1`. Raises LookupError where the package is not here."""
    found = find_spec("googleapiclient")
    if found is None or found.origin is None:
        raise LookupError("google-api-python-client, with Google's documents, is not installed")
    folder = Path(found.origin).parent / "discovery_cache" / "documents"
    read: Mapping[str, Any] = json.loads((folder / f"{api}.json").read_text(encoding="utf-8"))
    return read


@cache
def methods_of(api: str) -> tuple[Method, ...]:
    """List the methods of an API."""
    read = document(api)
    shared = frozenset(read.get("parameters", {}))
    found: list[Method] = []
    _collect(read, api, read.get("servicePath", ""), shared, found)
    return tuple(found)


def schemas_of(api: str) -> Mapping[str, Any]:
    """Give the schemas of an API by name."""
    found: Mapping[str, Any] = document(api).get("schemas", {})
    return found


def _collect(
    node: Mapping[str, Any], api: str, before: str, shared: frozenset[str], found: list[Method]
) -> None:
    for method in node.get("methods", {}).values():
        path = before + method.get("flatPath", method["path"])
        fixed, pattern = _pattern(path)
        given = method.get("parameters", {})
        query = {name for name, one in given.items() if one.get("location") == "query"}
        found.append(
            Method(
                method["id"],
                method["httpMethod"],
                pattern,
                fixed,
                method.get("request", {}).get("$ref", ""),
                method.get("response", {}).get("$ref", ""),
                frozenset(query) | shared,
                api,
            )
        )
    for part in node.get("resources", {}).values():
        _collect(part, api, before, shared, found)


def _pattern(path: str) -> tuple[int, re.Pattern[str]]:
    """Make a pattern of a path's template; `{+name}` may hold slashes."""
    written, fixed = "", 0
    for part in re.split(r"(\{[^}]*\})", path):
        if part.startswith("{+"):
            written += "(.+)"
        elif part.startswith("{"):
            written += "([^/]+?)"
        else:
            written += re.escape(part)
            fixed += len(part)
    return fixed, re.compile("/" + written)

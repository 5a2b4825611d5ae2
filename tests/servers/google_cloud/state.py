"""What the local cloud keeps: resources by their paths, and who may do what with them."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


class Refused(Exception):
    """A request that Google would refuse."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message


@dataclass
class State:
    """Everything that was made, and what was asked."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By path without version: `projects/demo/secrets/one`."""
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    content: dict[str, bytes] = field(default_factory=dict)
    """The bytes of objects and the values of secrets."""
    asked: list[str] = field(default_factory=list)
    """The ids of the methods that were called."""
    faults: list[str] = field(default_factory=list)
    """What was wrong with requests: it must stay empty."""
    fail_at: int = 0
    """The changing call of this number, from now, is refused; 0: none."""
    failure: Refused = field(default_factory=lambda: Refused(503, "UNAVAILABLE", "by the test"))
    lock: threading.RLock = field(default_factory=threading.RLock)

    def get(self, path: str) -> dict[str, Any]:
        """Give what stands at a path; 404 where nothing does."""
        if path not in self.resources:
            raise Refused(404, "NOT_FOUND", f"Resource '{path}' was not found")
        return self.resources[path]

    def put_new(self, path: str, resource: dict[str, Any]) -> dict[str, Any]:
        """Keep something new; 409 where something is there."""
        if path in self.resources:
            raise Refused(409, "ALREADY_EXISTS", f"Resource '{path}' already exists")
        self.resources[path] = resource
        return resource

    def remove(self, path: str) -> dict[str, Any]:
        """Remove it, and what is below it."""
        found = self.get(path)
        for name in [name for name in self.resources if name.startswith(f"{path}/")]:
            del self.resources[name]
        self.policies.pop(path, None)
        del self.resources[path]
        return found

    def below(self, path: str) -> Iterator[dict[str, Any]]:
        """Give what stands directly in a collection."""
        for name, resource in self.resources.items():
            parent, _, _ = name.rpartition("/")
            if parent == path:
                yield resource

    def count_change(self) -> None:
        """Refuse this call if it is the one that is to fail."""
        if self.fail_at:
            self.fail_at -= 1
            if not self.fail_at:
                raise self.failure

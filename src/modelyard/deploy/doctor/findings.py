"""One line of a contract, and whether it is kept."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Method = Literal["GET", "POST"]


@dataclass(frozen=True)
class Finding:
    """What was seen of one line of the contract."""

    line: str
    is_kept: bool
    seen: str
    cure: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back, and when."""

    status: int
    body: bytes
    seconds: float

    def __str__(self) -> str:
        """Give it in a few words."""
        said = " ".join(self.body[:80].decode("utf-8", "replace").split())
        return f"{self.status} in {1000 * self.seconds:.0f} ms: {said}"

    def document(self) -> Any:
        """Give the body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Question:
    """A request that a platform or its callers send, and what the contract says of the answer."""

    line: str
    method: Method
    path: str
    is_right: Callable[[Answer], bool]
    cure: str
    body: bytes = b""
    media_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    within_s: float = 60.0

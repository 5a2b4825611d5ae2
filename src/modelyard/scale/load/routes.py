"""What is asked: a mix of requests."""

import re
from dataclasses import dataclass
from pathlib import Path

from modelyard.errors import Invalid

WRITTEN = re.compile(r"(?:(\d+(?:\.\d+)?)\s*[x*]\s*)?([A-Z]+)\s+(/\S*)(?:\s+(.+))?", re.DOTALL)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MOST_BODY_BYTES = 8_000_000


@dataclass(frozen=True)
class Route:
    """One kind of request."""

    method: str
    path: str
    body: str = ""
    weight: float = 1.0
    """How often it is asked, compared with the others."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def read_route(text: str) -> Route:
    """Read a route: `GET /stats`, `3x POST /predict {"age": 41}` or `POST /predict @one.json`.

    Raises Invalid for another text.
    """
    match = WRITTEN.fullmatch(text.strip())
    if match is None or match[2] not in METHODS:
        raise Invalid(
            "route",
            f"'{text[:80]}' is no route.",
            "Such as 'GET /stats' or '3x POST /predict @x.json'.",
        )
    weight, method, path, body = match.groups()
    if path.startswith("//") or "\\" in path:
        raise Invalid("route", f"'{path[:80]}' leads to another host.")
    if weight is not None and not float(weight) > 0:
        raise Invalid("route", "a weight must be above 0.")
    return Route(method, path, _body(body or ""), float(weight or 1))


def _body(text: str) -> str:
    if not text.startswith("@"):
        return text
    path = Path(text[1:])
    try:
        found = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Invalid(f"route, @{path.name}", f"cannot be read: {fault}.") from None
    if len(found) > MOST_BODY_BYTES:
        raise Invalid(f"route, @{path.name}", f"is longer than {MOST_BODY_BYTES:,} characters.")
    return found

"""What is asked of a run, as it is kept."""

from collections.abc import Mapping
from typing import Any

from modelyard.errors import Invalid
from modelyard.runs.canonical import canonical_json
from modelyard.runs.kinds import Checked

LONGEST_KEY = 200
LONGEST_REQUEST = 256 * 1024
"""Bytes of JSON; larger inputs belong into files."""


def values_of(kind: str, checked: Checked) -> dict[str, Any]:
    """Give what is kept of a request that was looked at."""
    return {
        "kind": kind,
        "title": checked.title[:300],
        "request": dict(checked.request),
        "resource_kind": checked.resource_kind,
        "resource_name": checked.resource_name,
        "resource_digest": checked.resource_digest,
        "state": "queued",
    }


def document_of(kind: str, request: Mapping[str, Any]) -> bytes:
    """Write what was asked in one way; raises Invalid for what cannot be kept."""
    if not isinstance(request, Mapping):
        raise Invalid("request", "must be an object with fields.")
    try:
        document = canonical_json([kind, dict(request)])
        document.decode()
    except (TypeError, ValueError, RecursionError):
        raise Invalid("request", "cannot be written as JSON.") from None
    if len(document) > LONGEST_REQUEST:
        raise Invalid("request", f"is larger than {LONGEST_REQUEST} bytes.")
    if b"\\u0000" in document:
        raise Invalid("request", "holds a zero character.")
    return document


def refuse_key(key: str) -> None:
    """Raise Invalid for what cannot be kept as a key."""
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid("Idempotency-Key", f"must have 1 to {LONGEST_KEY} printable characters.")

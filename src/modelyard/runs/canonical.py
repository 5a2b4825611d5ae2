"""One way to write a value as JSON, so that equal values have equal digests."""

import hashlib
import json


def canonical_json(value: object) -> bytes:
    """Write with sorted keys and without spaces; raises ValueError for what is not JSON."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8", "surrogatepass")


def digest_of(content: bytes) -> str:
    """Give the SHA-256 of bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest_of_json(document: bytes) -> str:
    """Give the SHA-256 of a JSON document, whatever its spaces and the order of its keys."""
    return digest_of(canonical_json(json.loads(document)))

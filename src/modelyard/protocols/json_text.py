"""JSON of callers, read strictly, and answers as JSON that everybody can read."""

import json
from typing import Any

import msgspec

from modelyard.models.input_faults import bad

encode = msgspec.json.Encoder().encode
"""Writes JSON; what JSON has no number for (not-a-number, infinity) becomes null."""
_decode = msgspec.json.Decoder().decode


def read_json(body: bytes) -> Any:
    """Read any JSON; NaN and Infinity, which are none, are read to be refused by field.

    Raises BadInput.
    """
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise bad(f"is not JSON: {str(fault)[:200]}.") from None


def read_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises BadInput."""
    given = read_json(body)
    if not isinstance(given, dict):
        raise bad("is not a JSON object.")
    return given

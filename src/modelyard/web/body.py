"""Reading the JSON body of a request strictly."""

import difflib
import json
import math
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from modelyard.errors import LONGEST_ECHO, Invalid

DEEPEST = 32
"""Objects and lists within each other."""
LONGEST_KEY = 200


def json_object(*known: str) -> dict[str, Any]:
    """Read a JSON object of which only the named members may occur.

    Raises UnsupportedMediaType (415) for another type of content, BadRequest (400) for what is no
    JSON, RequestEntityTooLarge (413), and Invalid, with the nearest name, for an unknown member.
    """
    if not request.is_json:
        raise UnsupportedMediaType(
            f"The body's type is {request.mimetype or 'not said'}. "
            "Send JSON with the header Content-Type: application/json."
        )
    content = _parsed(request.get_data(cache=False))
    if not isinstance(content, dict):
        raise BadRequest(f"The body is not a JSON object but {_kind_of(content)}.")
    refuse_odd_values(content)
    for name in content:
        if name not in known:
            shown = name[:LONGEST_ECHO]
            near = difflib.get_close_matches(shown, known, n=1)
            cure = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
            raise Invalid(f"body, '{shown}'", "is not known here.", cure)
    return content


def refuse_odd_values(content: Any) -> None:
    """Raise BadRequest for what no database or JSON can keep: NUL, half characters, infinity."""
    waiting = [(content, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, dict | list):
            if depth > DEEPEST:
                raise BadRequest(f"The body is nested more than {DEEPEST} levels deep.")
            inner = [*value, *value.values()] if isinstance(value, dict) else value
            waiting += [(one, depth + 1) for one in inner]
        elif isinstance(value, str):
            if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                raise BadRequest("The body has a text with a NUL or half a character in it.")
        elif isinstance(value, float) and not math.isfinite(value):
            raise BadRequest("The body has a number that is infinite or NaN.")


def find_idempotency_key() -> str | None:
    """Give the key under which a request may be sent again without being done again.

    Raises BadRequest for one that is empty, longer than 200 characters or not plain ASCII.
    """
    headers = request.headers
    given = headers.get("Idempotency-Key", headers.get("dbos-idempotency-key"))
    if given is None:
        return None
    key = given.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not key or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise BadRequest(
            f"The header Idempotency-Key is not 1 to {LONGEST_KEY} printable ASCII characters."
        )
    return key


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"))
    except json.JSONDecodeError as fault:
        place = f"line {fault.lineno}, column {fault.colno}"
        raise BadRequest(f"The body is not JSON: {fault.msg} at {place}.") from None
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None
    except RecursionError:
        raise BadRequest(f"The body is nested more than {DEEPEST} levels deep.") from None
    except ValueError:
        raise BadRequest("The body has a number with too many digits.") from None


def _kind_of(content: Any) -> str:
    names = {list: "a list", str: "a text", bool: "a truth", type(None): "null"}
    return names.get(type(content), "a number")

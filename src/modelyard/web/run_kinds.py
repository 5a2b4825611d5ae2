"""What can be started as a run, with its parameters; and requests that come from forms."""

from collections.abc import Mapping
from typing import Any

import msgspec
from werkzeug.datastructures import MultiDict

from modelyard.errors import Invalid
from modelyard.runs.kinds import Kind


def kind_contents(kinds: Mapping[str, Kind]) -> list[dict[str, Any]]:
    """Give all kinds, each with the JSON schema of its request."""
    return [
        {
            "name": kind.name,
            "title": kind.title,
            "is_repeatable": kind.is_repeatable,
            "parameters": parameters_of(kind),
        }
        for kind in kinds.values()
    ]


def parameters_of(kind: Kind) -> dict[str, Any]:
    """Give the JSON schema of a request, in one piece."""
    schema = msgspec.json.schema(kind.struct)
    name = schema.get("$ref", "").rpartition("/")[2]
    content: dict[str, Any] = schema.get("$defs", {}).get(name, schema)
    return content | {"additionalProperties": False}


def request_from_form(kind: Kind, form: "MultiDict[str, str]") -> dict[str, Any]:
    """Read a request from the fields of a form, where all is text and empty means default.

    Fields that the kind does not know are left out. Raises Invalid for text that is no value.
    """
    given: dict[str, Any] = {}
    for one in msgspec.structs.fields(kind.struct):
        text = form.get(one.name, "").strip()
        if text:
            is_list = isinstance(one.default, tuple)
            given[one.name] = _parts(text) if is_list else text
    try:
        request: dict[str, Any] = msgspec.to_builtins(
            msgspec.convert(given, kind.struct, strict=False)
        )
    except msgspec.ValidationError as fault:
        why, _, where = str(fault).partition(" - at ")
        raise Invalid(where.strip("`").replace("$.", "") or "form", f"{why[:200]}.") from None
    return request


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]

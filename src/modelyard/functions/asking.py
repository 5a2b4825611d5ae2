"""A request made by hand: `key=value` as the command line has them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from modelyard.errors import Invalid
from modelyard.functions.bodies import FORMS
from modelyard.functions.describe_parts import is_json_type
from modelyard.functions.description import Body, Description
from modelyard.functions.fitting import spellings
from modelyard.functions.naming import nearest
from modelyard.functions.request import Request


def request_of(
    description: Description, values: Mapping[str, str], asker: object = None
) -> Request:
    """Make a request from texts under the names of parameters, or of properties of the body.

    The whole body is given under its own name (`body`). Raises Invalid for a name that the
    operation does not have.
    """
    placed: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    rest: dict[str, str] = {}
    names = {text: one for one in description.parameters for text in spellings(one.name)}
    names |= {one.name: one for one in description.parameters}
    for name, text in values.items():
        parameter = names.get(name)
        if parameter is None:
            rest[name] = text
        else:
            placed[parameter.place][parameter.name] = text
    headers = {name.lower(): text for name, text in placed["header"].items()}
    body, form = _body(description, rest, headers)
    return Request(
        path_values=placed["path"],
        query=urlencode(placed["query"]),
        headers=headers,
        cookies=placed["cookie"],
        body=body,
        form=form,
        asker=asker,
    )


def _body(
    description: Description, rest: dict[str, str], headers: dict[str, str]
) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    body = description.body
    if body is None or not rest:
        for name in rest:
            known = [one.name for one in description.parameters]
            raise Invalid(name, f"is no parameter of {description.name}.", nearest(name, known))
        return b"", ()
    media = next(iter(sorted(body.contents, key=lambda one: not is_json_type(one))))
    headers["content-type"] = "application/json" if media == "*/*" else media
    if body.name in rest:
        return rest[body.name].encode(), ()
    if media in FORMS:
        return b"", tuple(rest.items())
    return msgspec.json.encode(_members(body, media, rest)), ()


def _members(body: Body, media: str, rest: Mapping[str, str]) -> dict[str, Any]:
    """Read each text as its property's schema has it: as text, or as JSON."""
    schema = body.contents[media]
    members: dict[str, Any] = {}
    for name, text in rest.items():
        found = schema.property(name) if schema else None
        kinds = found.kinds() if found else frozenset()
        members[name] = text if kinds == {"string"} else _as_json(text)
    return members


def _as_json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text

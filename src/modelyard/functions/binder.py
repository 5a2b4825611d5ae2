"""A request as checked values, each under the place and the name that the document gives it."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from modelyard.functions.bodies import bind_body
from modelyard.functions.checks import Check, check_for
from modelyard.functions.description import Description, Parameter
from modelyard.functions.faults import RequestFault
from modelyard.functions.request import Request
from modelyard.functions.texts import (
    only_text,
    pairs_in,
    reader_for,
    reader_of_list,
    reader_of_object,
    split,
)

MOST_FIELDS = 1000
MISSING: Any = object()
Key = tuple[str, str]
"""The place and the name: (`path`, `a`), (`body`, `body`), (`form`, `title`)."""
Values = dict[Key, Any]
Query = Mapping[str, list[str]]
Raw = Callable[[Request, Query], Any]
"""Finds the value of a parameter, not yet checked; MISSING where it was not sent."""
Bind = Callable[[Request], Values]


def compile_binder(description: Description) -> Bind:
    """Make the function that takes requests of one operation apart.

    It raises RequestFault, naming the parameter and the rule, where the request breaks the
    document.
    """
    wants_query = any(parameter.place == "query" for parameter in description.parameters)
    takes = [_taker(parameter) for parameter in description.parameters]
    body = bind_body(description.body) if description.body else None

    def bind(request: Request) -> Values:
        query = _read_query(request.query) if wants_query and request.query else {}
        values: Values = {}
        for take in takes:
            take(request, query, values)
        if body is not None:
            body(request, values)
        return values

    return bind


def _read_query(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise RequestFault(
            "query", "query", "length", f"has more than {MOST_FIELDS} fields."
        ) from None
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _taker(parameter: Parameter) -> Callable[[Request, Query, Values], None]:
    find = _finder(parameter)
    check = _check(parameter)
    key, place, name = (parameter.place, parameter.name), parameter.place, parameter.name
    is_required, has_default = parameter.is_required, parameter.has_default

    def take(request: Request, query: Query, values: Values) -> None:
        value = find(request, query)
        if value is MISSING:
            if is_required:
                raise RequestFault(place, name, "required", "is missing.")
            if has_default:
                values[key] = parameter.default
            return
        if check is not None:
            check(value)
        values[key] = value

    return take


def _check(parameter: Parameter) -> Check | None:
    if parameter.schema is None or parameter.schema.written in ({}, True):
        return None
    return check_for(parameter.place, parameter.name, parameter.schema)


def _finder(parameter: Parameter) -> Raw:
    """Choose how the value is found and read: as JSON, a list, an object, or one text."""
    kinds = parameter.schema.kinds() if parameter.schema else frozenset()
    if parameter.is_json:
        return _json(parameter)
    if "object" in kinds and parameter.schema:
        return _object(parameter)
    if "array" in kinds and parameter.schema:
        return _list(parameter)
    read, found = reader_for(parameter.schema), _text_of(parameter)
    style, name = parameter.style, parameter.name
    has_marks = style in {"label", "matrix"}

    def find(request: Request, query: Query) -> Any:
        text = found(request, query)
        if text is MISSING:
            return MISSING
        return read(only_text(text, style, name) if has_marks else text)

    return find


def _text_of(parameter: Parameter) -> Raw:
    """Find the one text of a parameter."""
    name, place = parameter.name, parameter.place
    lower = name.lower()

    def in_query(_: Request, query: Query) -> Any:
        texts = query.get(name)
        if texts is None:
            return MISSING
        if len(texts) > 1:
            raise RequestFault("query", name, "once", f"is given {len(texts)} times.")
        return texts[0]

    finders: dict[str, Raw] = {
        "path": lambda request, _: request.path_values.get(name, MISSING),
        "header": lambda request, _: request.headers.get(lower, MISSING),
        "cookie": lambda request, _: request.cookies.get(name, MISSING),
        "query": in_query,
    }
    return finders[place]


def _json(parameter: Parameter) -> Raw:
    found, name, place = _text_of(parameter), parameter.name, parameter.place

    def find(request: Request, query: Query) -> Any:
        text = found(request, query)
        if text is MISSING:
            return MISSING
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            raise RequestFault(place, name, "json", "is not JSON.") from None

    return find


def _list(parameter: Parameter) -> Raw:
    assert parameter.schema is not None  # noqa: S101 (chosen by the caller)
    read, found = reader_of_list(parameter.schema), _text_of(parameter)
    name, style, is_exploded = parameter.name, parameter.style, parameter.is_exploded
    is_repeated = parameter.place == "query" and is_exploded

    def find(request: Request, query: Query) -> Any:
        if is_repeated:
            return read(query[name]) if name in query else MISSING
        text = found(request, query)
        return MISSING if text is MISSING else read(split(text, style, is_exploded, name))

    return find


def _object(parameter: Parameter) -> Raw:
    assert parameter.schema is not None  # noqa: S101 (chosen by the caller)
    read, found = reader_of_object(parameter.schema), _text_of(parameter)
    name, style, is_exploded = parameter.name, parameter.style, parameter.is_exploded
    members = frozenset(parameter.schema.property_names())

    def find(request: Request, query: Query) -> Any:
        if style == "deepObject":
            begin = f"{name}["
            pairs = [
                (key[len(begin) : -1], texts[-1])
                for key, texts in query.items()
                if key.startswith(begin) and key.endswith("]")
            ]
            return read(pairs) if pairs else MISSING
        if style == "form" and is_exploded:
            pairs = [(key, query[key][-1]) for key in query if key in members]
            return read(pairs) if pairs else MISSING
        text = found(request, query)
        return MISSING if text is MISSING else read(pairs_in(text, style, is_exploded, name))

    return find

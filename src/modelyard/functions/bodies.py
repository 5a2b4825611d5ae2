"""The body of a request: JSON, a form with or without files, text, or bytes."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from modelyard.functions.checks import check_for
from modelyard.functions.describe_parts import is_json_type, is_text_type, plain_type
from modelyard.functions.description import Body
from modelyard.functions.faults import RequestFault
from modelyard.functions.request import Request
from modelyard.functions.schemas import Schema
from modelyard.functions.texts import READERS, reader_for

FORMS = frozenset(("application/x-www-form-urlencoded", "multipart/form-data"))
Read = Callable[[Request], Any]
BindBody = Callable[[Request, dict[tuple[str, str], Any]], None]


def bind_body(body: Body) -> BindBody:
    """Make the function that reads and checks the body of one operation."""
    readers = {media: _reader(media, schema) for media, schema in body.contents.items()}
    key = ("body", body.name)
    likeliest = next(iter(readers), "")

    def bind(request: Request, values: dict[tuple[str, str], Any]) -> None:
        media = plain_type(request.headers.get("content-type", "") or "")
        if media in FORMS and (request.form or request.files):
            pass
        elif not request.body:
            if body.is_required:
                raise RequestFault("body", "body", "required", "is missing.")
            return
        chosen = _match(media, readers) if media else readers.get(likeliest)
        if chosen is None:
            known = ", ".join(readers)
            raise RequestFault(
                "body", "body", "media type", f"'{media}' is not taken.", f"Known: {known}."
            )
        value = chosen(request)
        values[key] = value
        if media in FORMS and isinstance(value, dict):
            for name, field in value.items():
                values[("form", name)] = field

    return bind


def _match(media: str, readers: Mapping[str, Read]) -> Read | None:
    """Find the reader of a media type, also by a range such as `image/*`."""
    if media in readers:
        return readers[media]
    return readers.get(f"{media.partition('/')[0]}/*") or readers.get("*/*")


def _reader(media: str, schema: Schema | None) -> Read:
    if media in FORMS:
        return _form(schema)
    if is_json_type(media):
        return _json(schema)
    if is_text_type(media):
        return _text(schema)
    return lambda request: request.body


def _json(schema: Schema | None) -> Read:
    check = None if schema is None else check_for("body", "body", schema)

    def read(request: Request) -> Any:
        try:
            value = msgspec.json.decode(request.body)
        except msgspec.DecodeError as fault:
            raise RequestFault("body", "body", "json", f"is not JSON: {fault}.") from None
        except RecursionError:
            raise RequestFault("body", "body", "json", "is nested too deeply.") from None
        if check is not None:
            check(value)
        return value

    return read


def _text(schema: Schema | None) -> Read:
    check = None if schema is None else check_for("body", "body", schema)

    def read(request: Request) -> Any:
        try:
            value = request.body.decode("utf-8")
        except UnicodeDecodeError:
            raise RequestFault("body", "body", "encoding", "is not UTF-8.") from None
        if check is not None:
            check(value)
        return value

    return read


def _form(schema: Schema | None) -> Read:
    """Read a form: its fields by the types of the schema's properties, its files as uploads."""
    names = schema.property_names() if schema else ()
    below = {name: schema.property(name) if schema else None for name in names}
    lists = {name for name in names if "array" in _kinds(below[name])}
    readers = {
        name: reader_for(found.items() if name in lists and found else found)
        for name, found in below.items()
    }
    parsed = {name for name in names if "object" in _kinds(below[name])}
    check = None if schema is None else check_for("body", "body", schema)

    def read(request: Request) -> Any:
        fields: dict[str, Any] = {}
        for name, text in request.form:
            value = _member(text) if name in parsed else readers.get(name, str)(text)
            _put(fields, name, value, name in lists)
        files: dict[str, Any] = {}
        for name, upload in request.files:
            _put(files, name, upload, name in lists)
        if check is not None:
            check(fields | {name: _stand_in(value) for name, value in files.items()})
        return fields | files

    return read


def _kinds(schema: Schema | None) -> frozenset[str]:
    return schema.kinds() & ({"array", "object"} | READERS.keys()) if schema else frozenset()


def _put(fields: dict[str, Any], name: str, value: Any, is_list: bool) -> None:
    if is_list:
        fields.setdefault(name, []).append(value)
    elif name in fields:
        raise RequestFault("form", name, "once", "is given more than once.")
    else:
        fields[name] = value


def _member(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def _stand_in(value: Any) -> Any:
    """Give the text that stands for a file where the schema is asked: its type is a string."""
    return ["" for _ in value] if isinstance(value, list) and value else ""

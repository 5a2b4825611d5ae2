"""Text of an address, a header or a form as values: by the schema, and by OpenAPI's styles."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from modelyard.functions.schemas import Schema

INTEGER = re.compile(r"-?[0-9]{1,400}")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}
ReadText = Callable[[str], Any]


def read_integer(text: str) -> Any:
    """Give the whole number; the text itself where it is none."""
    return int(text) if INTEGER.fullmatch(text) else text


def read_number(text: str) -> Any:
    """Give the number as JSON writes it, as a float; the text itself where it is none."""
    return float(text) if len(text) < 400 and NUMBER.fullmatch(text) else text


def read_boolean(text: str) -> Any:
    """Give true or false; the text itself where it is neither."""
    return {"true": True, "false": False}.get(text.lower(), text)


def read_text(text: str) -> Any:
    """Give the text."""
    return text


READERS: dict[str, ReadText] = {
    "boolean": read_boolean,
    "integer": read_integer,
    "number": read_number,
    "null": lambda text: None if text in {"", "null"} else text,
}


def reader_for(schema: Schema | None) -> ReadText:
    """Choose how a text is read, by the types that the schema allows; text where it names none."""
    kinds = schema.kinds() if schema is not None else frozenset()
    wanted = [READERS[kind] for kind in READERS if kind in kinds]
    if not wanted:
        return read_text
    if len(wanted) == 1:
        return wanted[0]

    def read(text: str) -> Any:
        for one in wanted:
            value = one(text)
            if value is not text:
                return value
        return text

    return read


def reader_of_list(schema: Schema) -> Callable[[Sequence[str]], list[Any]]:
    """Choose how the items of a list are read."""
    read = reader_for(schema.items())
    return lambda texts: [read(text) for text in texts]


def reader_of_object(schema: Schema) -> Callable[[Sequence[tuple[str, str]]], dict[str, Any]]:
    """Choose how the members of an object are read."""
    readers = {name: reader_for(schema.property(name)) for name in schema.property_names()}
    return lambda pairs: {name: readers.get(name, read_text)(text) for name, text in pairs}


def split(text: str, style: str, is_exploded: bool, name: str) -> list[str]:
    """Split the one text that holds a list, as its style says."""
    if style == "label":
        return text.removeprefix(".").split("." if is_exploded else ",")
    if style == "matrix":
        parts = text.removeprefix(";")
        if is_exploded:
            return [part.removeprefix(f"{name}=") for part in parts.split(";")]
        return parts.removeprefix(f"{name}=").split(",")
    separator = SEPARATORS.get(style, ",")
    return text.split(separator) if text else []


def pairs_in(text: str, style: str, is_exploded: bool, name: str) -> list[tuple[str, str]]:
    """Split the one text that holds an object: `a,1,b,2`, or `a=1,b=2` where it is exploded."""
    if is_exploded:
        mark = {"label": ".", "matrix": ";"}.get(style, ",")
        parts = text.removeprefix(mark).split(mark) if text else []
        found = (part.partition("=") for part in parts)
        return [(key, value) for key, _, value in found]
    flat = split(text, style, False, name)
    return list(zip(flat[::2], flat[1::2], strict=False))


def only_text(text: str, style: str, name: str) -> str:
    """Take the marks of its style from a single value in a path."""
    if style == "label":
        return text.removeprefix(".")
    if style == "matrix":
        return text.removeprefix(f";{name}=")
    return text

"""What a function handed back, sorted: status, headers, and which sort of body.

`value`, `(value, status)`, `(value, headers)`, `(value, status, headers)`.
"""

import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

import msgspec

Sort = Literal["empty", "value", "text", "bytes", "file", "stream"]
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """The parts of what a function handed back."""

    sort: Sort
    content: Any
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


def sort_out(result: Any) -> Outcome:
    """Take apart what a function handed back; raises ValueError for what cannot be an answer."""
    if isinstance(result, Outcome):
        return result
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    if type(result) is tuple:
        result, status, headers = _parts(result)
    kind = type(result)
    if kind is dict or kind is int or kind is float or kind is list or kind is bool:
        return Outcome("value", result, status, headers)
    sort, content = _body(result)
    return Outcome(sort, content, status, headers)


def _parts(result: tuple[Any, ...]) -> tuple[Any, int | None, tuple[tuple[str, str], ...]]:
    if len(result) == 3 and _is_status(result[1]) and _are_headers(result[2]):
        return result[0], int(result[1]), _pairs(result[2])
    if len(result) == 2 and _is_status(result[1]):
        return result[0], int(result[1]), ()
    if len(result) == 2 and isinstance(result[1], Mapping) and _are_headers(result[1]):
        return result[0], None, _pairs(result[1])
    return list(result), None, ()


def _is_status(value: Any) -> bool:
    if isinstance(value, HTTPStatus):
        return True
    return type(value) is int and 200 <= value <= 599


def _are_headers(value: Any) -> bool:
    pairs = value.items() if isinstance(value, Mapping) else value
    return isinstance(pairs, Iterable) and all(
        isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[0], str)
        for pair in pairs
    )


def _pairs(headers: Any) -> tuple[tuple[str, str], ...]:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return tuple((str(name), str(value)) for name, value in pairs)


def _body(result: Any) -> tuple[Sort, Any]:
    if result is None or isinstance(result, str):
        return "empty" if result is None else "text", result
    if isinstance(result, bytes | bytearray | memoryview):
        return "bytes", bytes(result)
    if isinstance(result, Path):
        return "file", result
    if hasattr(result, "read"):
        return "stream", _chunks(result)
    if isinstance(result, types.GeneratorType | Iterator):
        return "stream", _encoded(result)
    return "value", result


def _chunks(file: Any) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk.encode() if isinstance(chunk, str) else bytes(chunk)


def _encoded(parts: Iterable[Any]) -> Iterator[bytes]:
    for part in parts:
        if isinstance(part, str):
            yield part.encode()
        elif isinstance(part, bytes | bytearray | memoryview):
            yield bytes(part)
        else:
            yield to_json_bytes(part) + b"\n"


def to_json_bytes(value: Any) -> bytes:
    """Give a value as JSON; raises TypeError for what has no such form.

    Also known are NumPy's numbers and arrays, tables with `to_dicts`, models with `model_dump`.
    """
    return _ENCODER.encode(value)


def _plain(value: Any) -> Any:
    for method in ("to_dicts", "model_dump", "tolist", "item"):
        if hasattr(value, method):
            return getattr(value, method)()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_ENCODER = msgspec.json.Encoder(enc_hook=_plain, decimal_format="number")

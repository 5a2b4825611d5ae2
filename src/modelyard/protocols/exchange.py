"""What somebody asks of a model, and what they are answered, without the wire in between."""

from functools import lru_cache
from urllib.parse import parse_qsl

import msgspec


class Asked(msgspec.Struct, frozen=True):
    """A request for predictions."""

    body: bytes = b""
    media_type: str = ""
    """As it was sent, with its parameters."""
    query: str = ""
    json_bytes: str = ""
    """How many bytes of the body are JSON, as it was sent, where binary tensors follow."""


class Answered(msgspec.Struct, frozen=True):
    """An answer in the words of a protocol."""

    body: bytes
    status: int = 200
    media_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    rows: int = 0
    """How many rows were predicted."""


class Listed(msgspec.Struct, frozen=True):
    """A model as lists show it."""

    name: str
    version: str = ""
    """The number of the version that is served; empty where none is."""
    reason: str = ""
    """Why none is."""


def media_type_of(text: str) -> str:
    """Give a media type without its parameters, in small letters."""
    return text.partition(";")[0].strip().lower()


@lru_cache(maxsize=256)
def version_of(query: str) -> str:
    """Give the version that `?version=` names; empty where none is."""
    return dict(parse_qsl(query, keep_blank_values=True)).get("version", "")

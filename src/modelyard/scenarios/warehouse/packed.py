"""Tables on their way from one process to another."""

import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def pack(tables: Mapping[str, "pl.DataFrame"]) -> bytes:
    """Put tables into bytes: a line of JSON with names and sizes, then each in Arrow's format."""
    parts = {}
    for name, frame in tables.items():
        content = io.BytesIO()
        frame.write_ipc(content)
        parts[name] = content.getvalue()
    head = json.dumps({name: len(part) for name, part in parts.items()}).encode()
    return head + b"\n" + b"".join(parts.values())


def unpack(content: bytes) -> dict[str, "pl.DataFrame"]:
    """Take tables out of bytes again."""
    import polars as pl

    head, _, rest = content.partition(b"\n")
    tables, start = {}, 0
    for name, size in json.loads(head).items():
        tables[name] = pl.read_ipc(io.BytesIO(rest[start : start + size]))
        start += size
    return tables

"""A page of rows as bytes that can be kept: a line of JSON, then Arrow."""

import io

import msgspec
import polars as pl

from modelyard.datasets.rows import RowPage


class _Place(msgspec.Struct, frozen=True):
    matching: int
    offset: int


def write_page(page: RowPage) -> bytes:
    """Write a page."""
    buffer = io.BytesIO()
    page.table.write_ipc(buffer)
    return msgspec.json.encode(_Place(page.matching, page.offset)) + b"\n" + buffer.getvalue()


def read_page(content: bytes) -> RowPage:
    """Read what `write_page` wrote."""
    line, _, table = content.partition(b"\n")
    place = msgspec.json.decode(line, type=_Place)
    return RowPage(pl.read_ipc(io.BytesIO(table)), place.matching, place.offset)

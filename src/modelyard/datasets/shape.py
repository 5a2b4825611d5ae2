"""What a table is, before anything is computed of it."""

import msgspec


class Field(msgspec.Struct, frozen=True):
    """A column's name and its type in Polars' words."""

    name: str
    type: str


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """How large a table is, and its columns."""

    rows: int
    columns: tuple[Field, ...]
    bytes: int
    """Size of the files as they are stored."""

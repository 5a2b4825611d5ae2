"""Hive partitions: columns whose values stand in the names of folders, as in `year=2024`."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl


def keys_of(path: Path) -> list[str]:
    """List the columns that the folders of `path` name, the outermost first."""
    return [name.partition("=")[0] for name in _pairs(path)]


def columns_of(path: Path, root: Path | None) -> list[pl.Expr]:
    """Give the columns that the folders between `root` and the file name, as constants."""
    if root is None or path == root or not path.is_relative_to(root):
        return []
    return [
        pl.lit(_value(text)).alias(key)
        for key, _, text in (pair.partition("=") for pair in _pairs(path.relative_to(root)))
    ]


def _pairs(path: Path) -> Sequence[str]:
    return [name for name in path.parent.parts if "=" in name.strip("=")]


def _value(text: str) -> int | str:
    """Read a whole number, unless its leading zeros would be lost."""
    return int(text) if text.isdecimal() and str(int(text)) == text else text

"""Columnar copies of row formats: kept among the results, made again where they are gone."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from modelyard.errors import Unavailable

PARQUET_END = b"PAR1"


@contextlib.contextmanager
def making_room(where: str) -> Iterator[None]:
    """Turn what the system says against writing a copy into Unavailable, with the cure."""
    try:
        yield
    except OSError:
        raise no_room(where) from None


def no_room(where: str) -> Unavailable:
    """Say that a copy cannot be written."""
    return Unavailable(
        where,
        "its copy for reading by columns cannot be written.",
        "Make room in the cache folder, or name another one in MODELYARD_STATE.",
    )


def is_whole_parquet(path: Path) -> bool:
    """Tell whether a file ends as Parquet does: one that a crash cut off does not."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        file.seek(-len(PARQUET_END), os.SEEK_END)
        return file.read() == PARQUET_END
    return False

"""The child that looks at a file from outside, with nothing but the standard library loaded."""

import bz2  # noqa: F401  loaded before the doors close
import codecs
import gzip  # noqa: F401
import lzma  # noqa: F401
from collections.abc import Callable
from contextlib import suppress

import msgspec

from modelyard.models.artefact.listing import list_file

ENCODINGS = ("ascii", "cp437", "latin-1", "raw-unicode-escape", "unicode-escape", "utf-8")
"""What the names in archives and old pickles are written in."""


def get_ready(options: dict[str, object]) -> Callable[[bytes], bytes]:
    """Give the function that lists a file."""
    del options
    with suppress(ImportError):
        import lz4.frame  # noqa: F401
    for name in ENCODINGS:
        codecs.lookup(name)
    return lambda content: msgspec.json.encode(list_file(content))

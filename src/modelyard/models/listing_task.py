"""The child that looks at a file from outside, with nothing but the standard library loaded."""

import bz2  # noqa: F401  loaded before the doors close
import gzip  # noqa: F401
import lzma  # noqa: F401
from collections.abc import Callable
from contextlib import suppress

import msgspec

from modelyard.models.artefact.listing import list_file


def get_ready(options: dict[str, object]) -> Callable[[bytes], bytes]:
    """Give the function that lists a file."""
    del options
    with suppress(ImportError):
        import lz4.frame  # noqa: F401
    import encodings.raw_unicode_escape  # noqa: F401

    return lambda content: msgspec.json.encode(list_file(content))

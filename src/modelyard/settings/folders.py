"""The folders that the user's system sets apart for caches and for data."""

import os
import tempfile
from pathlib import Path


def user_cache() -> Path:
    """Give the user's cache folder, as the XDG base directory specification names it.

    A user without a home, as some containers have, gets one among the temporary files.
    """
    named = os.environ.get("XDG_CACHE_HOME")
    if named:
        return Path(named)
    try:
        return Path.home() / ".cache"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / f"cache-{os.getuid()}"


def user_data() -> Path:
    """Give the user's data folder, as the XDG base directory specification names it."""
    named = os.environ.get("XDG_DATA_HOME")
    if named:
        return Path(named)
    try:
        return Path.home() / ".local" / "share"
    except RuntimeError:
        return user_cache()

"""Folders and files that nobody but the service's own user may look into."""

import os
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def private_folder(path: Path) -> Path:
    """Make a folder and those above it that are missing; what is there stays as it is.

    Raises OSError where that cannot be done.
    """
    missing = [place for place in (path, *path.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=FOLDER_MODE, exist_ok=True)
    if not path.is_dir():
        raise NotADirectoryError(20, "there is a file of that name", str(path))
    return path


def private_file(path: Path) -> None:
    """Make an empty file where there is none; raises OSError where that cannot be done."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))

"""The file `.env` of a workspace: what differs per person, for make, docker compose and us."""

from collections.abc import Mapping
from pathlib import Path

FILE_NAME = ".env"


def read_dotenv(folder: Path) -> Mapping[str, str]:
    """Give the names and values of the file; none where there is no such file."""
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    found = dotenv_values(path, interpolate=False, encoding="utf-8")
    return {name: value for name, value in found.items() if value is not None}

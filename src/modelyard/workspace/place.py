"""Where in modelyard.toml a key stands: TOML readers keep no positions."""

import re
from collections.abc import Sequence

FILE_NAME = "modelyard.toml"
Path = tuple[str, ...]
"""The keys that lead to a place, such as `datasets`, `flights`, `source`."""


def line_of(text: str, path: Path) -> int:
    """Find the line of a key or section, else 0."""
    return _line_in(text.splitlines(), path)


def place(text: str, *path: str) -> str:
    """Name a key by its line and dotted path; in an inline table the line is that of the table."""
    lines = text.splitlines()
    found = (_line_in(lines, path[:length]) for length in range(len(path), 0, -1))
    line = next((number for number in found if number), 0)
    return f"{FILE_NAME}, line {line}, {'.'.join(path)}" if line else f"{FILE_NAME}, {path[0]}"


def _line_in(lines: list[str], path: Path) -> int:
    """Find the line of a key or section, else 0: TOML readers keep no positions."""
    *section, key = path
    header = re.compile(rf"\s*\[\s*{_dotted(path)}\s*[\].]")
    parent = re.compile(rf"\s*\[\s*{_dotted(section)}\s*\]")
    entry = re.compile(rf"\s*{_dotted([key])}\s*[=.]")
    inside = not section
    for number, line in enumerate(lines, start=1):
        if header.match(line):
            return number
        if line.lstrip().startswith("["):
            inside = bool(section and parent.match(line))
        elif inside and entry.match(line):
            return number
    return 0


def _dotted(path: Sequence[str]) -> str:
    return r"\s*\.\s*".join(rf"[\"']?{re.escape(part)}[\"']?" for part in path)

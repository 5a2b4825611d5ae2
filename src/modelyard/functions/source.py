"""One file that is an OpenAPI document, or a part of one, with the lines of what stands in it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from modelyard.errors import Invalid, Unavailable
from modelyard.functions.yaml_text import Lines, read_yaml

MOST_BYTES = 16 * 1024 * 1024
Pointer = tuple[str | int, ...]
"""The keys that lead to a place, such as `paths`, `/sum/{a}/{b}`, `get`."""


@dataclass(eq=False, repr=False)
class Source:
    """A file that has been read."""

    name: str
    """What people call it: its path in the workspace, or its address."""
    file: Path | None
    """None for what came over the network."""
    text: str
    content: Any
    _lines: Lines | None = None
    _read_again: Any = field(default=None)

    def line_of(self, pointer: Pointer) -> int:
        """Find the line of a place; of the nearest one above it where it does not stand there."""
        if self._lines is None:
            self._read_again, self._lines = read_yaml(self.text, self.name)
        value = self.content if self._read_again is None else self._read_again
        line = 1
        for key in pointer:
            known = self._lines.get(id(value), {})
            if key not in known:
                break
            line, value = known[key], value[key]
        return line

    def fault(self, pointer: Pointer, why: str, cure: str = "", what: str = "") -> Invalid:
        """Give a fault of a place: file, line, and `what` it is, or its keys."""
        shown = what or ".".join(str(key) for key in pointer)
        where = f"{self.name}, line {self.line_of(pointer)}" + (f", {shown}" if shown else "")
        return Invalid(where, why, cure)


def read_source(file: Path, name: str) -> Source:
    """Read a file.

    Raises Invalid, with the line, where it is neither YAML nor JSON, and Unavailable where it
    cannot be read.
    """
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Invalid(name, f"is larger than {MOST_BYTES // 2**20} MiB.")
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Invalid(name, f"is not UTF-8 (byte {fault.start}).") from None
    except OSError as fault:
        raise Unavailable(name, f"cannot be read: {fault.strerror}.") from None
    return source_of(text, name, file)


def source_of(text: str, name: str, file: Path | None = None) -> Source:
    """Read a text; raises Invalid, with the line, where it is neither YAML nor JSON."""
    if name.endswith(".json"):
        try:
            return Source(name, file, text, msgspec.json.decode(text))
        except msgspec.DecodeError as fault:
            raise Invalid(name, f"is not JSON: {fault}.") from None
        except RecursionError:
            raise Invalid(name, "is nested too deeply.") from None
    content, lines = read_yaml(text, name)
    return Source(name, file, text, content, lines)

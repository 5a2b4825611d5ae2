"""One section of modelyard.toml, read strictly into a struct."""

import difflib
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from modelyard.errors import Invalid
from modelyard.workspace.place import Path, place

Section = TypeVar("Section", bound=msgspec.Struct)


def read_section(text: str, path: Path, section: object, kind: type[Section]) -> Section:
    """Read a section of the file's text. Raises Invalid with the line and path of a fault."""
    if not isinstance(section, dict):
        raise Invalid(place(text, *path), "must be a section with keys.")
    refuse_unknown(text, path, section, kind.__struct_fields__)
    try:
        return msgspec.convert(section, kind)
    except msgspec.ValidationError as fault:
        why, _, where = str(fault).partition(" - at ")
        key = where.strip("`$").split("[")[0].lstrip(".")
        raise Invalid(place(text, *path, *([key] if key else [])), f"{why}.") from None


def refuse_unknown(
    text: str, path: Path, section: Mapping[str, object], known: tuple[str, ...]
) -> None:
    """Raise Invalid for a key that is not known, with the nearest that is."""
    for key in section:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            cure = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
            raise Invalid(place(text, *path, key), "unknown key.", cure)

"""Reading what a version is to say, as somebody wrote it: nothing in it is overlooked."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from modelyard.errors import Invalid
from modelyard.scenarios.setting import Content, Dated, OutputSetting, Setting

Place = tuple[str, Mapping[str, Any], type[msgspec.Struct]]


def read_content(raw: Any, where: str = "content") -> Content:
    """Read JSON or TOML values; `where` names them in faults.

    Raises Invalid for what does not fit, and for a key that means nothing: a lock that was
    misspelt would lock nothing.
    """
    try:
        content = msgspec.convert(raw, Content)
    except msgspec.ValidationError as fault:
        why, _, place = str(fault).partition(" - at ")
        at = _at(where, place.strip("`").removeprefix("$"))
        raise Invalid(at[:200], f"{why[:200]}.") from None
    for place, given, struct in _places(raw):
        known = struct.__struct_fields__
        for key in sorted(given.keys() - set(known)):
            at = _at(where, f"{place}.{key[:60]}")
            raise Invalid(at, "is not known.", _cure(key, known))
    return content


def _places(raw: Mapping[str, Any]) -> Iterator[Place]:
    yield "", raw, Content
    for number, one in enumerate(raw.get("settings", ())):
        yield f".settings[{number}]", one, Setting
        for at, value in enumerate(one.get("values", ())):
            yield f".settings[{number}].values[{at}]", value, Dated
    for number, one in enumerate(raw.get("outputs", ())):
        yield f".outputs[{number}]", one, OutputSetting


def _at(where: str, place: str) -> str:
    return f"{where}{place}" if where == "content" else f"{where}, {place.lstrip('.')}".rstrip(", ")


def _cure(key: str, known: tuple[str, ...]) -> str:
    named = {"access": "state", "default": "values", "value": "values"}.get(key)
    near = [named] if named in known else get_close_matches(key, known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."

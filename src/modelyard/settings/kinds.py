"""The kinds of values that a variable of the environment may have."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelyard.errors import Invalid
from modelyard.settings.quota import read_quota


@dataclass(frozen=True)
class Kind:
    """How a value is read from a text that is not empty, and written as one."""

    read: Callable[[str, str], Any]
    """From the variable's name and text; raises Invalid, naming the variable."""
    write: Callable[[Any], str] = str


def whole(minimum: int, maximum: int) -> Kind:
    """A whole number within bounds."""
    return Kind(lambda name, text: _within(name, text, int, minimum, maximum))


def seconds(minimum: float, maximum: float) -> Kind:
    """A time in seconds within bounds."""
    return Kind(lambda name, text: _within(name, text, float, minimum, maximum))


def one_of(*known: str) -> Kind:
    """One of a few words."""

    def read(name: str, text: str) -> str:
        if text not in known:
            raise Invalid(name, f"'{text}' is not known.", f"Known: {', '.join(known)}.")
        return text

    return Kind(read)


def _within(
    name: str, text: str, kind: type[int] | type[float], minimum: float, maximum: float
) -> float:
    try:
        value = kind(text)
    except ValueError:
        raise Invalid(name, f"'{text}' is not a number.") from None
    if not minimum <= value <= maximum:
        raise Invalid(name, f"{text} is not between {minimum:g} and {maximum:g}.")
    return value


def _names(_: str, text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def _address(name: str, text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise Invalid(name, f"'{text}' does not start with https:// or http://.")
    return text.rstrip("/")


def _path(name: str, text: str) -> str:
    if not re.fullmatch(r"/[\w./:@-]{1,200}", text, re.ASCII):
        raise Invalid(name, f"'{text[:100]}' is no path of a web address.", "Such as /predict")
    return text


def _flag(name: str, text: str) -> bool:
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    raise Invalid(name, f"'{text}' is neither true nor false.")


TEXT = Kind(lambda _, text: text)
FLAG = Kind(_flag, lambda value: "true" if value else "false")
NAMES = Kind(_names, ",".join)
ADDRESS = Kind(_address)
PATH = Kind(_path)
QUOTA = Kind(read_quota, lambda quota: "" if quota is None else str(quota))
FOLDER = Kind(lambda _, text: Path(text), lambda path: "" if path is None else str(path.resolve()))

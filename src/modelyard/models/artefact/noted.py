"""What stands in the place of objects while a pickle is read without being run."""

import re
from dataclasses import dataclass, field
from typing import Any

from modelyard.errors import Invalid

DEEPEST = 4
DTYPE_CODE = re.compile(r"[<>=|]?([A-Za-z?])(\d+)")


@dataclass(frozen=True)
class Name:
    """A thing that the stream wants to be imported."""

    module: str
    name: str


@dataclass(eq=False)
class Made:
    """An object that would be made by calling `head`."""

    head: Any
    args: Any = ()
    state: Any = None


@dataclass(eq=False)
class Filled:
    """A list, set or dictionary that would be filled."""

    items: list[Any] = field(default_factory=list)


def as_dict(state: Any) -> dict[str, Any]:
    """Give the named parts of a state."""
    if not isinstance(state, Filled):
        return {}
    pairs = zip(state.items[::2], state.items[1::2], strict=False)
    return {key: value for key, value in pairs if isinstance(key, str)}


def item_bytes(dtype: Any) -> int:
    """Give the bytes of one value of a noted numpy.dtype."""
    match = DTYPE_CODE.fullmatch(str(dtype.args[0]))
    if match is None:
        raise Invalid("model", f"has an array of an unknown kind ({str(dtype.args[0])[:40]}).")
    letter, digits = match.groups()
    return int(digits) * (4 if letter == "U" else 1)


def has_objects(dtype: Any, depth: int = 0) -> bool:
    """Say whether a noted numpy.dtype holds Python objects, also inside its fields."""
    if depth > DEEPEST * 4:
        raise Invalid("model", "is nested too deeply.")
    if isinstance(dtype, Made):
        code = dtype.args[0] if isinstance(dtype.args, tuple) and dtype.args else ""
        inner = isinstance(code, str) and code.strip("<>=|").startswith("O")
        return inner or has_objects(dtype.state, depth + 1)
    parts = dtype.items if isinstance(dtype, Filled) else dtype
    if isinstance(parts, list | tuple):
        return any(has_objects(part, depth + 1) for part in parts)
    return False

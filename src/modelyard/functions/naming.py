"""From the name in a document to a Python function."""

import difflib
from collections.abc import Iterable
from pathlib import Path

from modelyard.errors import ModelyardError
from modelyard.functions.description import Description
from modelyard.functions.modules import Modules


def nearest(name: str, known: Iterable[str]) -> str:
    """Ask whether the nearest known name is meant; empty where none is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean '{near[0]}'?" if near else ""


def as_name(text: str) -> str:
    """Give a Python name for an operationId: `get-stations` is `get_stations`."""
    name = "".join(char if char.isalnum() else "_" for char in text)
    return f"_{name}" if name[:1].isdecimal() else name


def find_function(modules: Modules, description: Description) -> object:
    """Import the function of an operation.

    Raises Invalid, naming the operation, where the module fails or has no such function.
    """
    try:
        module = modules.load(description.controller)
    except ModelyardError as fault:
        raise type(fault)(description.place, str(fault)) from None
    for name in dict.fromkeys((description.function, as_name(description.function))):
        if hasattr(module, name):
            return getattr(module, name)
    file = str(getattr(module, "__file__", "") or description.controller)
    shown = (
        Path(file).relative_to(modules.root).as_posix() if modules.root.as_posix() in file else file
    )
    raise description.node.fault(
        f"{shown} has no function '{as_name(description.function)}'.",
        nearest(description.function, [name for name in vars(module) if name[0] != "_"])
        or "Write it, or let `modelyard functions new` write it.",
        f"{description.method} {description.path}",
    )

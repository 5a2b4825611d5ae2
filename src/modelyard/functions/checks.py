"""A value against its schema, with a fault that names the parameter and the rule."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from modelyard.functions.faults import RequestFault
from modelyard.functions.schemas import Schema

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

LONGEST = 240
PYTHON_TYPES = {"integer": int, "string": str, "boolean": bool}
Check = Callable[[Any], None]
"""Raises RequestFault where the value breaks the schema."""


def check_for(place: str, name: str, schema: Schema) -> Check:
    """Make the check of one parameter, or of a body."""
    plain = _plain_type(schema)

    def check(value: Any) -> None:
        if type(value) is plain:
            return
        if not fits(schema, value):
            raise fault_of(place, name, schema, value)

    return check


def fits(schema: Schema, value: Any) -> bool:
    """Tell whether a value fits; a value too deep or odd for JSON fits nothing."""
    try:
        return bool(schema.validator.is_valid(value))
    except (ValueError, RecursionError):
        return False


def first_fault(schema: Schema, value: Any) -> tuple[str, str]:
    """Give the rule that a value breaks, and what is wrong, with the place in the value."""
    try:
        error = next(iter(schema.validator.iter_errors(value)), None)
    except (ValueError, RecursionError) as fault:
        return "json", f"{fault}."
    if error is None:
        return "schema", "does not fit."
    deepest = _deepest(error)
    return deepest.kind.name, f"{_place(deepest.instance_path)}{_short(deepest.message)}"


def fault_of(place: str, name: str, schema: Schema, value: Any) -> RequestFault:
    """Give the fault of a value that does not fit."""
    rule, why = first_fault(schema, value)
    return RequestFault(place, name, rule, why)


def _plain_type(schema: Schema) -> type | None:
    """Give the Python type that is enough to know, where the schema says no more than a type."""
    written = schema.written
    if isinstance(written, dict) and set(written) == {"type"}:
        kind = written["type"]
        return PYTHON_TYPES.get(kind) if isinstance(kind, str) else None
    return None


def _deepest(error: "ValidationError") -> "ValidationError":
    """Of the faults of several shapes, take that of the shape which was meant.

    It is the one that got furthest, or the only one whose type was right.
    """
    context = getattr(error.kind, "context", None)
    if not context:
        return error
    below = [_deepest(one) for branch in context for one in branch]
    found = max(below, key=lambda one: len(one.instance_path), default=error)
    if len(found.instance_path) > len(error.instance_path):
        return found
    meant = [one for one in below if one.kind.name != "type"]
    return meant[0] if len(meant) == 1 else error


def _place(path: list[str | int]) -> str:
    if not path:
        return ""
    shown = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return f"{_cut(shown.removeprefix('.'))}: "


def _short(message: str) -> str:
    return f"{_cut(message.rstrip('.'))}."


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}…{text[-LONGEST // 2 :]}"

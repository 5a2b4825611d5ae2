"""Does one schema allow all that another does? And in which part not."""

from typing import Any

from modelyard.functions.schema_shape import all_properties, find_property, followed, kinds_of
from modelyard.functions.schemas import Schema


def is_covered(by: Schema | None, what: Schema | None) -> bool:
    """Tell whether all that `what` allows is allowed `by`; where nobody can tell, it is not."""
    if by is None or by.written in ({}, True):
        return True
    if what is None:
        return False
    if _whole(by) == _whole(what):
        return True
    from jsonschema_rs import canonical, canonicalize

    try:
        answer = canonicalize(_whole(by)).covers(canonicalize(_whole(what)))
    except ValueError:
        return False
    return bool(answer == canonical.Containment.YES)


def _whole(schema: Schema) -> dict[str, Any]:
    """Give a schema with all it refers to, as one document."""
    pages = {name: _local(page) for name, page in schema.book.pages.items()}
    return {"$defs": pages, **_as_object(_local(schema.written))}


def _as_object(written: Any) -> dict[str, Any]:
    return written if isinstance(written, dict) else {"allOf": [written]}


def _local(written: Any) -> Any:
    if isinstance(written, dict):
        return {
            key: f"#{value.partition('#')[2]}" if key == "$ref" else _local(value)
            for key, value in written.items()
        }
    return [_local(one) for one in written] if isinstance(written, list) else written


def narrower_in(narrow: Schema | None, wide: Schema | None) -> str:
    """Say in words where the first allows less than the second; empty where words are wanting."""
    if narrow is None or wide is None:
        return ""
    ours = followed(narrow.written, narrow.book.pages)
    theirs = followed(wide.written, wide.book.pages)
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return ""
    return _of_itself(narrow, wide, ours, theirs) or _of_members(narrow, wide, ours, theirs)


def _of_itself(narrow: Schema, wide: Schema, ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    """Say how type, required names or listed values differ."""
    kinds = kinds_of(ours, narrow.book.pages), kinds_of(theirs, wide.book.pages)
    if kinds[0] and kinds[0] != kinds[1]:
        return f"its type is {_list(kinds[0])} in one, {_list(kinds[1]) or 'any'} in the other"
    required = set(ours.get("required", ())) - set(theirs.get("required", ()))
    if required:
        return f"{_list(required)} must be there in one only"
    enum = set(map(str, theirs.get("enum", ()))) - set(map(str, ours.get("enum", ())))
    return f"{_list(enum)} is a value in one only" if "enum" in ours and enum else ""


def _of_members(narrow: Schema, wide: Schema, ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    """Say which property differs."""
    for name in all_properties(ours, narrow.book.pages):
        found = find_property(ours, name, narrow.book.pages)
        other = find_property(theirs, name, wide.book.pages)
        below = Schema(narrow.book, found, narrow.node)
        against = None if other is None else Schema(wide.book, other, wide.node)
        if not is_covered(by=below, what=against):
            deeper = narrower_in(below, against)
            return f"'{name}'" + (f", {deeper}" if deeper else " differs")
    return ""


def _list(names: Any) -> str:
    return ", ".join(sorted(map(str, names)))

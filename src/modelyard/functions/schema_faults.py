"""Schemas that are none, and patterns that cannot be used: found when a document is read."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid
from modelyard.functions.references import Node

if TYPE_CHECKING:
    from jsonschema_rs import FancyRegexOptions

BACKTRACKS = 10_000
"""How often a pattern may try again; one that takes ages on some text ends as no match."""


def patterns() -> "FancyRegexOptions":
    """Give the options with which patterns are compiled."""
    from jsonschema_rs import FancyRegexOptions

    return FancyRegexOptions(backtrack_limit=BACKTRACKS)


def schema_faults(schemas: Sequence[tuple[Any, Node]]) -> list[Invalid]:
    """List what is wrong with written schemas, each with the place it came from."""
    if not schemas:
        return []
    from jsonschema_rs import meta

    whole = {"$defs": {str(number): written for number, (written, _) in enumerate(schemas)}}
    found = [] if meta.is_valid(whole) else list(_broken(schemas))
    return found or list(_bad_patterns(schemas))


def _broken(schemas: Iterable[tuple[Any, Node]]) -> Iterator[Invalid]:
    from jsonschema_rs import ValidationError, meta

    for written, node in schemas:
        try:
            meta.validate(written)
        except ValidationError as fault:
            place = Node(node.source, (*node.pointer, *fault.instance_path), None)
            yield place.fault(f"is no schema: {fault.message[:200].rstrip('.')}.")


def _bad_patterns(schemas: Iterable[tuple[Any, Node]]) -> Iterator[Invalid]:
    from jsonschema_rs import Draft202012Validator

    known: set[str] = set()
    for written, node in schemas:
        for pattern in _patterns_in(written):
            if pattern in known:
                continue
            known.add(pattern)
            try:
                Draft202012Validator({"pattern": pattern}, pattern_options=patterns())
            except ValueError:
                yield node.fault(f"the pattern {pattern[:200]!r} cannot be used.")


def _patterns_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        pattern = schema.get("pattern")
        if isinstance(pattern, str):
            yield pattern
        named = schema.get("patternProperties")
        if isinstance(named, dict):
            yield from named
        for below in schema.values():
            yield from _patterns_in(below)
    elif isinstance(schema, list):
        for below in schema:
            yield from _patterns_in(below)

"""What changed between two documents, and whether a program written for the old one breaks.

A request must still be taken, so the new schema must allow all that the old one did; an answer must
still be understood, so the old schema must allow all that the new one does. jsonschema-rs decides
both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelyard.functions.describe import Defaults, Reader
from modelyard.functions.description import Answer, Body, Description, Limits, Parameter
from modelyard.functions.references import References
from modelyard.functions.routes import PARAMETER
from modelyard.functions.schema_diff import is_covered, narrower_in
from modelyard.functions.schemas import Book, Schema

LIMITS = Limits(30.0, 1, "thread", 0)


@dataclass(frozen=True)
class Change:
    """One difference."""

    is_breaking: bool
    where: str
    """File, line and operation: in the new document, or the old one for what is gone."""
    what: str


def compare(old: Path, new: Path) -> list[Change]:
    """List the differences between two files, those that break programs first.

    Raises Invalid, with file and line, where one is no OpenAPI document.
    """
    before, after = _read(old), _read(new)
    changes = []
    for key, described in before.items():
        if key not in after:
            changes.append(Change(True, described.place, "the operation is gone."))
        else:
            changes += _operation(described, after[key])
    added = (described for key, described in after.items() if key not in before)
    changes += [Change(False, described.place, "a new operation.") for described in added]
    return sorted(changes, key=lambda change: not change.is_breaking)


def _read(file: Path) -> dict[tuple[str, str], Description]:
    root = file.resolve().parent
    references = References(root, lambda path: path.resolve().is_relative_to(root))
    reader = Reader(
        references.open(file.name),
        references,
        Book(references, "request"),
        Book(references, "response"),
        Defaults("", LIMITS),
    )
    found = {}
    for outcome in reader.read():
        if not isinstance(outcome, Description):
            raise outcome
        found[(outcome.method, PARAMETER.sub("{}", outcome.path))] = outcome
    return found


def _operation(old: Description, new: Description) -> Iterator[Change]:
    for is_breaking, what in (
        *_parameters(old, new),
        *_body(old.body, new.body),
        *_answers(old, new),
        *_security(old, new),
    ):
        yield Change(is_breaking, new.place, what)


def _parameters(old: Description, new: Description) -> Iterator[tuple[bool, str]]:
    before, after = _named(old), _named(new)
    for key, parameter in after.items():
        label = f"the {parameter.place} parameter '{parameter.name}'"
        known = before.get(key)
        if known is None:
            kind = "is new and required." if parameter.is_required else "is new."
            yield parameter.is_required, f"{label} {kind}"
            continue
        if parameter.is_required and not known.is_required:
            yield True, f"{label} is required now."
        if (parameter.style, parameter.is_exploded) != (known.style, known.is_exploded):
            yield True, f"{label} is written in another style now."
        yield from _request_schema(label, known.schema, parameter.schema)
    for key in before.keys() - after.keys():
        yield True, f"the {key[0]} parameter '{before[key].name}' is gone."


def _named(description: Description) -> dict[tuple[str, str], Parameter]:
    """Give the parameters; those of a path by their position, as their names may change."""
    order = PARAMETER.findall(description.path)
    return {
        (one.place, str(order.index(one.name)) if one.place == "path" else one.name): one
        for one in description.parameters
    }


def _body(old: Body | None, new: Body | None) -> Iterator[tuple[bool, str]]:
    if new is None:
        if old is not None:
            yield True, "a body is not taken any more."
        return
    if old is None:
        yield new.is_required, "a body is taken now."
        return
    if new.is_required and not old.is_required:
        yield True, "the body is required now."
    for media, schema in old.contents.items():
        if media not in new.contents:
            yield True, f"a body of the type {media} is not taken any more."
        else:
            yield from _request_schema(f"the body ({media})", schema, new.contents[media])
    for media in new.contents.keys() - old.contents.keys():
        yield False, f"a body of the type {media} is taken now."


def _answers(old: Description, new: Description) -> Iterator[tuple[bool, str]]:
    for status, answer in old.answers.items():
        known = new.answers.get(status)
        if known is None:
            yield status.startswith("2"), f"the answer {status} is gone."
        else:
            yield from _answer(status, answer, known)
    for status in new.answers.keys() - old.answers.keys():
        yield False, f"the answer {status} is new."


def _answer(status: str, old: Answer, new: Answer) -> Iterator[tuple[bool, str]]:
    for media, schema in old.contents.items():
        if media not in new.contents:
            yield True, f"the answer {status} has no {media} any more."
            continue
        fresh = new.contents[media]
        label = f"the answer {status} ({media})"
        if not is_covered(by=schema, what=fresh):
            yield True, f"{label} may be what it could not be before{_detail(schema, fresh)}."
        elif not is_covered(by=fresh, what=schema):
            yield False, f"{label} says more exactly what it is."
    for header in set(old.headers) - set(new.headers):
        yield True, f"the answer {status} need not have the header {header} any more."


def _request_schema(
    label: str, old: Schema | None, new: Schema | None
) -> Iterator[tuple[bool, str]]:
    if not is_covered(by=new, what=old):
        yield True, f"{label} may not be all that it could be before{_detail(new, old)}."
    elif not is_covered(by=old, what=new):
        yield False, f"{label} may be more than before."


def _detail(narrow: Schema | None, wide: Schema | None) -> str:
    found = narrower_in(narrow, wide)
    return f": {found}" if found else ""


def _security(old: Description, new: Description) -> Iterator[tuple[bool, str]]:
    if old.security != new.security and new.security:
        known = set(old.security or ())
        is_breaking = not known <= set(new.security) or not known
        yield is_breaking, "who may ask has changed."

"""What openapi-spec-validator finds besides: defaults that do not fit, names used twice.

It follows references by itself, to any file and any machine. Here it gets only what our own
references may lead to.
"""

from collections.abc import Callable
from typing import Any

from modelyard.errors import ModelyardError
from modelyard.functions.references import Node, References
from modelyard.functions.structure import first, version_of


class _OurReferences(dict[str, Callable[[str], Any]]):
    """Answers for every scheme of addresses."""

    def __init__(self, references: References) -> None:
        super().__init__()
        self._references = references

    def __contains__(self, scheme: object) -> bool:
        return True

    def __missing__(self, scheme: str) -> Callable[[str], Any]:
        return self._references.content_at


def deep_faults(node: Node, references: References) -> list[ModelyardError]:
    """List what is wrong with a document; it takes up to a second for a large one."""
    from jsonschema_path import SchemaPath
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    source = node.source
    kind = OpenAPIV30SpecValidator if version_of(source) == "3.0" else OpenAPIV31SpecValidator
    base = source.file.resolve().as_uri() if source.file else ""
    path = SchemaPath.from_dict(source.content, base_uri=base, handlers=_OurReferences(references))
    found: dict[tuple[Any, str], ModelyardError] = {}
    try:
        for error in first(kind(path).iter_errors()):
            pointer = tuple(getattr(error, "absolute_path", ()))
            message = str(getattr(error, "message", error))[:300]
            found[(pointer, message)] = source.fault(pointer, f"{message.rstrip('.')}.")
    except Exception as error:  # noqa: BLE001 (each library below has errors of its own)
        found[((), "")] = source.fault((), _why(error))
    return list(found.values())


def _why(error: BaseException) -> str:
    """Find the reason that we gave, under what the libraries made of it."""
    reason: BaseException | None = error
    while reason is not None and not isinstance(reason, ModelyardError):
        reason = reason.__cause__ or reason.__context__
    said = str(reason or error).splitlines()
    return f"{said[0][:300].rstrip('.') if said else type(error).__name__}."

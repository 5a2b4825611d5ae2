"""A skops file: a ZIP archive with a schema in JSON, whose names are checked like a pickle's."""

import io
import json
import zipfile
from typing import Any

from modelyard.errors import Invalid
from modelyard.models.artefact.unpack import SKOPS_FILE

SCHEMA_BYTES = 1 << 28


def list_skops(content: bytes) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
    """Give every (module, name) of the schema, and the versions that wrote the file.

    Raises Invalid where the schema cannot be read.
    """
    schema = _schema(content)
    names: dict[tuple[str, str], None] = {}
    versions = {"skops": str(schema.get("_skops_version", ""))[:30]}
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
            module, name = node.get("__module__"), node.get("__class__")
            if isinstance(module, str) and isinstance(name, str):
                names[module, name] = None
            written = node.get("_sklearn_version")
            if isinstance(written, dict):
                versions["scikit-learn"] = str(written.get("content", "")).strip('"')[:30]
    return tuple(names), versions


def _schema(content: bytes) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(SKOPS_FILE) as stream:
            text = stream.read(SCHEMA_BYTES)
        schema = json.loads(text)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, RecursionError, RuntimeError):
        raise Invalid("model", "is a skops file whose schema cannot be read.") from None
    if not isinstance(schema, dict):
        raise Invalid("model", "is a skops file with an empty schema.")
    return schema


def load_skops(content: bytes) -> Any:
    """Load a file whose names have all been looked up. Only in the jail."""
    import skops.io

    return skops.io.loads(content, trusted=skops.io.get_untrusted_types(data=content))

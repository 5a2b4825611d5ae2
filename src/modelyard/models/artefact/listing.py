"""What a model file names and which versions wrote it, for people to see before it is opened."""

import re
from typing import Any

import msgspec

from modelyard.models.artefact.machine import Read, read_stream
from modelyard.models.artefact.noted import Made, Name, as_dict
from modelyard.models.artefact.skops_file import list_skops
from modelyard.models.artefact.unpack import MOST_BYTES, Format, unpack

VERSION = re.compile(r"\d[0-9A-Za-z.+-]{0,30}")
NEW_NUMPY, OLD_NUMPY = "numpy._core", "numpy.core"


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What was read in a file, with nothing of it run."""

    format: Format
    compression: str = ""
    unpacked_bytes: int = 0
    names: tuple[tuple[str, str], ...] = ()
    """Every (module, name) that loading the file would import."""
    versions: dict[str, str] = {}
    """Which libraries wrote it, as far as it tells."""
    classes: tuple[str, ...] = ()
    """The estimators in it, from the outermost to the innermost."""


def list_file(content: bytes, most_bytes: int = MOST_BYTES) -> Listing:
    """List a model file. Raises Invalid where it is none, broken, or too large."""
    found = unpack(content, most_bytes)
    size = len(found.content)
    if found.format == "skops":
        skops_names, versions = list_skops(found.content)
        return Listing(format="skops", unpacked_bytes=size, names=skops_names, versions=versions)
    if found.format != "joblib":
        return Listing(format=found.format, unpacked_bytes=size)
    read = read_stream(found.content)
    estimators = [made for made in read.objects if "_sklearn_version" in as_dict(made.state)]
    return Listing(
        format=found.format,
        compression=found.compression,
        unpacked_bytes=size,
        names=tuple((name.module, name.name) for name in read.names),
        versions=_versions(read, estimators),
        classes=tuple(
            dict.fromkeys(
                f"{made.head.module}.{made.head.name}"
                for made in estimators
                if isinstance(made.head, Name)
            )
        ),
    )


def _versions(read: Read, estimators: list[Made]) -> dict[str, str]:
    versions: dict[str, Any] = {}
    written = {
        text
        for made in estimators
        if isinstance(text := as_dict(made.state)["_sklearn_version"], str)
        and VERSION.fullmatch(text)
    }
    if written:
        versions["scikit-learn"] = ", ".join(sorted(written)[:3])
    modules = {name.module for name in read.names}
    if any(module.startswith(NEW_NUMPY) for module in modules):
        versions["numpy"] = "2 or newer"
    elif any(module.startswith(OLD_NUMPY) for module in modules):
        versions["numpy"] = "1"
    if read.has_arrays:
        versions["joblib"] = _joblib(read)
    return versions


def _joblib(read: Read) -> str:
    states = (as_dict(made.state) for made in read.objects)
    aligned = any("numpy_array_alignment_bytes" in state for state in states)
    return "1.2 or newer" if aligned else "before 1.2"

"""What a result about a dataset depends on, so that it can be computed again and compared."""

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from modelyard.datasets.dataset import Dataset
from modelyard.version import VERSION

MOST_HASHED = 1024**3
"""Bytes of a table up to which its files are read whole for their SHA-256."""
LIBRARIES = ("polars", "numpy", "scikit-learn", "scipy", "pyod", "pandas", "pyarrow")


def passport_of(dataset: Dataset, asked: msgspec.Struct) -> dict[str, Any]:
    """Name the inputs with their fingerprints, the parameters and the versions.

    Raises NotFound where a file is gone.
    """
    parameters = msgspec.to_builtins(asked)
    seed = {"seed": parameters["seed"]} if "seed" in parameters else {}
    return {"parameters": parameters, **seed, "inputs": [_input(dataset)], "versions": versions()}


def versions() -> dict[str, str]:
    """Give the versions of what computes here."""
    found = {"modelyard": VERSION, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _input(dataset: Dataset) -> dict[str, Any]:
    size = dataset.stored_bytes()
    files = () if dataset.source.is_remote and not dataset.is_fetched else dataset.files()
    return {
        "dataset": dataset.name,
        "source": dataset.source.shown,
        "fingerprint": dataset.fingerprint(),
        "bytes": size,
        "files": [_file(path, hashed=size <= MOST_HASHED) for path in files],
    }


def _file(path: Path, hashed: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": path.name, "bytes": path.stat().st_size}
    if hashed:
        with path.open("rb") as file:
            entry["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
    return entry

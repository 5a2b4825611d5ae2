"""Which files of a folder are datasets, when nobody listed them."""

import re
from collections.abc import Iterator
from pathlib import Path

from modelyard.datasets.formats import find_format, stem_of
from modelyard.datasets.source import Source, source_from_file
from modelyard.workspace import Workspace

FOLDER = "datasets"
DEEPEST = 6
PART = re.compile(r"part[-_.]?\d+|_SUCCESS|[^=/]+=[^=/]*")
"""A Spark or Hive part: `part-0000.parquet`, `_SUCCESS`, `year=2024`."""


def discover(workspace: Workspace) -> list[Source]:
    """Find the tables of a workspace that its modelyard.toml does not list.

    With a modelyard.toml these are in the folder `datasets`; a bare folder is looked through as
    a whole. A folder of parts (its name ends in .parquet, or its files are named as Spark and
    Hive name parts) is one dataset. Links that lead out of the workspace are passed over.
    """
    top = workspace.root / FOLDER if workspace.has_file else workspace.root
    listed = _listed_paths(workspace)
    paths = [path for path in _tables(top, 0) if workspace.allows(path) and path not in listed]
    taken = set(workspace.config.datasets)
    sources = []
    for path in paths:
        name = _free_name(path, taken)
        taken.add(name)
        sources.append(source_from_file(workspace, name, path))
    return sources


def _listed_paths(workspace: Workspace) -> set[Path]:
    sections = workspace.config.datasets.values()
    return {workspace.root / section.source for section in sections}


def _tables(folder: Path, depth: int) -> Iterator[Path]:
    if depth > DEEPEST or not folder.is_dir():
        return
    try:
        entries = sorted(folder.iterdir())
    except PermissionError:
        return
    for entry in entries:
        if entry.name.startswith((".", "_")):
            continue
        if entry.is_dir():
            if _holds_parts(entry):
                yield entry
            elif entry.name not in {"node_modules", "__pycache__"}:
                yield from _tables(entry, depth + 1)
        elif find_format(entry.name):
            yield entry


def _holds_parts(folder: Path) -> bool:
    if find_format(folder.name) == "parquet":
        return True
    try:
        names = [entry.name for entry in folder.iterdir()]
    except PermissionError:
        return False
    tables = [name for name in names if find_format(name)]
    return any(PART.match(name) for name in names) and all(PART.match(name) for name in tables)


def _free_name(path: Path, taken: set[str]) -> str:
    """Name a dataset after its file; a name that is taken gets the format, then a number."""
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem_of(path.name)).strip("-._") or "table"
    ending = "-".join(suffix.lstrip(".") for suffix in path.suffixes)
    choices = [stem, f"{stem}-{ending}", *(f"{stem}-{number}" for number in range(2, 10_000))]
    return next(name[:100] for name in choices if name[:100] not in taken)

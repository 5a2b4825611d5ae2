"""Which files of a folder are datasets, when nobody listed them."""

import contextlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from modelyard.datasets.formats import find_format, stem_of
from modelyard.datasets.source import Source, is_remote_address, printable, source_from_file
from modelyard.workspace import Workspace

FOLDER = "datasets"
DEEPEST = 6
PART = re.compile(r"part[-_.]?\d+|_SUCCESS|[^=/]+=[^=/]*")
"""A Spark or Hive part: `part-0000.parquet`, `_SUCCESS`, `year=2024`."""
OTHERS = frozenset({"node_modules", "__pycache__"})


def discover(workspace: Workspace) -> list[Source]:
    """Find the tables of a workspace that its modelyard.toml does not list.

    What a section names is listed, also where the section has a fault: its file must not appear
    under another name, and with it for other people. For the same reason a file that bears the
    name of a private or shared section is passed over.

    With a modelyard.toml these are in the folder `datasets`; a bare folder is looked through as
    a whole. A folder of parts (its name ends in .parquet, or its files are named as Spark and
    Hive name parts) is one dataset. Links that lead out of the workspace are passed over, and
    links to folders inside it: their files are found where they lie.
    """
    top = workspace.root / FOLDER if workspace.has_file else workspace.root
    known = set(_listed(workspace))
    guarded = {name.casefold() for name in _guarded(workspace)}
    taken = set(workspace.config.datasets)
    sources = []
    for path in _tables(top, 0):
        if not workspace.allows(path) or _is_among(path.resolve(), known):
            continue
        if _stem(path).casefold() in guarded:
            continue
        name = _free_name(path, taken)
        taken.add(name)
        sources.append(source_from_file(workspace, name, path))
    return sources


def _listed(workspace: Workspace) -> Iterator[Path]:
    """Give the places that sections name, whether or not anything can be read there."""
    for config in workspace.config.datasets.values():
        if not is_remote_address(config.source):
            with contextlib.suppress(OSError, ValueError, RuntimeError):
                yield Path(workspace.root, config.source).resolve()


def _guarded(workspace: Workspace) -> Iterator[str]:
    """Give the names of the sections that are not for everybody here."""
    for name, config in workspace.config.datasets.items():
        if config.visibility in {"private", "shared"}:
            yield name


def _is_among(path: Path, known: Collection[Path]) -> bool:
    """Tell whether a file, or a folder that it lies in, is listed already."""
    return any(place in known for place in (path, *path.parents))


def _tables(folder: Path, depth: int) -> Iterator[Path]:
    if depth > DEEPEST:
        return
    for entry in _entries(folder):
        if entry.name.startswith((".", "_")):
            continue
        if not entry.is_dir():
            if find_format(entry.name):
                yield entry
        elif _holds_parts(entry):
            yield entry
        elif entry.name not in OTHERS and not entry.is_symlink():
            yield from _tables(entry, depth + 1)


def _entries(folder: Path) -> list[Path]:
    """List a folder; one that is not there or may not be read has nothing for us."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []


def _holds_parts(folder: Path) -> bool:
    if find_format(folder.name) == "parquet":
        return True
    names = [entry.name for entry in _entries(folder)]
    tables = [name for name in names if find_format(name)]
    return any(PART.match(name) for name in names) and all(PART.match(name) for name in tables)


def _free_name(path: Path, taken: Collection[str]) -> str:
    """Name a dataset after its file; a name that is taken gets the format, then a number."""
    stem = _stem(path)
    ending = "-".join(suffix.lstrip(".") for suffix in Path(printable(path.name)).suffixes)
    choices = (stem, f"{stem}-{ending}", *(f"{stem}-{number}" for number in range(2, 10_000)))
    return next(choice for choice in _short(choices) if choice not in taken)


def _stem(path: Path) -> str:
    """Name a file as a dataset can be named."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", stem_of(printable(path.name))).strip("-._") or "table"


def _short(choices: Collection[str]) -> Iterator[str]:
    """Cut names to 100 characters, at the front so that numbers stay."""
    return (choice[-100:].lstrip("-._") for choice in choices)

"""Model files that lie in the workspace, by the names under which they are served."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelyard.errors import Invalid, ModelyardError, NotFound, Unavailable
from modelyard.models.naming import ENDINGS
from modelyard.workspace import Workspace

FOLDER = "models"
DEEPEST = 4
UNNAMED = frozenset({"latest", "model"})
"""Stems that say nothing: the folder's name is taken, or the workspace's."""
LARGEST_SIDECAR = 256 * 1024


@dataclass(frozen=True)
class ModelFile:
    """A file in the workspace."""

    name: str
    path: Path
    sidecar: Path | None = None

    def stamp(self) -> tuple[tuple[int, int, int], ...]:
        """Give what changes when the file or its sidecar does; raises OSError."""
        paths = [self.path, *([self.sidecar] if self.sidecar else [])]
        found = [path.stat() for path in paths]
        return tuple((stat.st_mtime_ns, stat.st_size, stat.st_ino) for stat in found)

    def sidecar_text(self) -> str:
        """Read the sidecar; empty where there is none. Raises Invalid, Unavailable."""
        if self.sidecar is None:
            return ""
        try:
            content = self.sidecar.read_bytes()
        except OSError as fault:
            raise Unavailable(self.sidecar.name, f"cannot be read: {fault.strerror}.") from None
        if len(content) > LARGEST_SIDECAR:
            raise Invalid(self.sidecar.name, "is too large for a sidecar.")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise Invalid(self.sidecar.name, f"is not UTF-8 (byte {fault.start}).") from None


def find_files(workspace: Workspace) -> tuple[list[ModelFile], list[ModelyardError]]:
    """Find the models of a workspace, and what is wrong with files that modelyard.toml names.

    Links that lead out of the workspace are passed over.
    """
    listed, faults = _listed(workspace)
    known = {file.path.resolve() for file in listed}
    taken = {file.name for file in listed}
    found = list(listed)
    for path in _models_in(workspace.root / FOLDER, 0):
        if workspace.allows(path) and path.resolve() not in known:
            name = _free_name(workspace, path, taken)
            taken.add(name)
            found.append(ModelFile(name, path, _sidecar_of(workspace, path)))
    return found, faults


def _listed(workspace: Workspace) -> tuple[list[ModelFile], list[ModelyardError]]:
    files: list[ModelFile] = []
    faults: list[ModelyardError] = []
    for name, config in workspace.config.models.items():
        if not config.file:
            continue
        where = f"[models.{name}] file"
        try:
            path = workspace.inside(where, config.file)
            if not path.is_file():
                raise NotFound(where, f"there is no file '{config.file}'.")
            if not path.name.lower().endswith(ENDINGS):
                raise Invalid(where, f"'{config.file}' is no model file.")
            files.append(ModelFile(name, path, _sidecar_of(workspace, path)))
        except ModelyardError as fault:
            faults.append(fault)
    return files, faults


def _models_in(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith((".", "_")):
            continue
        if entry.is_dir():
            if depth < DEEPEST and not entry.is_symlink():
                yield from _models_in(entry, depth + 1)
        elif entry.name.lower().endswith(ENDINGS) and entry.is_file():
            yield entry


def _sidecar_of(workspace: Workspace, path: Path) -> Path | None:
    beside = path.with_suffix(".toml")
    return beside if beside.is_file() and workspace.allows(beside) else None


def _free_name(workspace: Workspace, path: Path, taken: set[str]) -> str:
    """Name a model after its file; one that is taken gets the ending, then a number."""
    stem = path.stem
    if stem.lower() in UNNAMED:
        is_top = path.parent == workspace.root / FOLDER
        stem = workspace.title if is_top else path.parent.name
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-._")[:90] or "model"
    choices = (
        plain,
        f"{plain}-{path.suffix.lstrip('.').lower()}",
        *(f"{plain}-{number}" for number in range(2, 10_000)),
    )
    return next(choice for choice in choices if choice not in taken)

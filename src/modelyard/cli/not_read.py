"""Files of a workspace that are no dataset, so that nobody looks for them in vain."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelyard.datasets.catalogue import Catalogue
from modelyard.datasets.discover import FOLDER, OTHERS
from modelyard.datasets.formats import find_format
from modelyard.datasets.source import printable
from modelyard.workspace import Workspace


@dataclass(frozen=True)
class NotRead:
    """A file, by its path in the workspace, and why it is no dataset."""

    file: str
    why: str


def list_not_read(workspace: Workspace, catalogue: Catalogue) -> list[NotRead]:
    """List the files where datasets are looked for that are none.

    These are the files in `datasets`, or all files of a folder without modelyard.toml; hidden
    ones are passed over.
    """
    top = workspace.root / FOLDER if workspace.has_file else workspace.root
    paths = (dataset.source.path for dataset in catalogue.values())
    read = {path.resolve() for path in paths if path is not None}
    return [
        NotRead(printable(path.relative_to(workspace.root).as_posix()), _why(workspace, path))
        for path in _files(top, read)
    ]


def _files(folder: Path, read: set[Path]) -> Iterator[Path]:
    if not folder.is_dir():
        return
    try:
        entries = sorted(folder.iterdir())
    except PermissionError:
        return
    for entry in entries:
        if entry.name.startswith((".", "_")) or entry.resolve() in read:
            continue
        if not entry.is_dir():
            yield entry
        elif entry.name not in OTHERS and not entry.is_symlink():
            yield from _files(entry, read)


def _why(workspace: Workspace, path: Path) -> str:
    if not workspace.allows(path):
        return "the link leads out of the workspace"
    if find_format(path.name) is None:
        return "no table format"
    return "not listed, or too deep in folders"

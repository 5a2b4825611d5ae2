"""What is in a backup, and where it goes when it is restored."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import IO

from modelyard.backup.archive import BackupWriter, unpack, writing
from modelyard.blobs import Blobs
from modelyard.db import Database
from modelyard.db.copies import DatabaseCopy, copy_in, copy_out, has_content
from modelyard.errors import Conflict, NotFound
from modelyard.version import VERSION

DATABASE, BLOBS, WAREHOUSE = "database", "blobs", "warehouse"
DRAFT = ".restored"


@dataclass(frozen=True)
class Kept:
    """What a service keeps."""

    database: Database
    blobs: Blobs
    warehouse: Path
    """The folder of figures; there may be none, or they are kept elsewhere."""
    work: Path
    """A folder with room for a second copy of the database, and of a backup that is restored."""


@dataclass(frozen=True)
class Contained:
    """What was written or restored."""

    blobs: int
    warehouse_files: int


def write_backup(kept: Kept, stream: IO[bytes]) -> Contained:
    """Write all that is kept, while the service goes on.

    The database comes first, in the state of one moment: all blobs that it names were there then.
    Raises Unavailable where the database or the blobs cannot be reached.
    """
    _know_all_tables()
    about = {"modelyard": VERSION, "at": datetime.now(UTC).isoformat()}
    with _scratch(kept.work) as folder, writing(stream, about) as archive:
        copy_out(kept.database, folder)
        _add_folder(archive, DATABASE, folder)
        blobs = _add_blobs(archive, kept.blobs, folder)
        files = _add_folder(archive, WAREHOUSE, kept.warehouse)
    return Contained(blobs, files)


def restore_backup(kept: Kept, archive: Path, replace: bool = False) -> Contained:
    """Put a backup in the place of all that is kept.

    Raises Conflict where the database is in use and is not to be replaced, and Invalid for a file
    that is no whole backup; then nothing has changed.
    """
    if not replace and has_content(kept.database):
        raise Conflict(
            f"database ({kept.database.shown})",
            "has people, runs or models, which would be lost.",
            "Say --replace if the backup shall take their place.",
        )
    _know_all_tables()
    with _scratch(kept.work) as folder:
        unpack(archive, folder)
        names = _files(folder / BLOBS)
        for name in names:
            kept.blobs.write_file(name, folder / BLOBS / name)
        files = _restore_folder(folder / WAREHOUSE, kept.warehouse)
        copy_in(kept.database, DatabaseCopy(folder / DATABASE))
    return Contained(len(names), files)


def _know_all_tables() -> None:
    """Load the tables of all rooms: a database may hold other people's as well."""
    for file in sorted(Path(__file__).parents[1].glob("*/tables.py")):
        import_module(f"modelyard.{file.parent.name}.tables")


def _add_blobs(archive: BackupWriter, blobs: Blobs, folder: Path) -> int:
    draft, count = folder / "blob", 0
    for name in blobs.names():
        try:
            with draft.open("wb") as file:
                file.writelines(blobs.stream(name))
        except NotFound:  # deleted in the meantime
            continue
        archive.add(f"{BLOBS}/{name}", draft)
        count += 1
    return count


def _add_folder(archive: BackupWriter, name: str, folder: Path) -> int:
    found = _files(folder)
    for file in found:
        archive.add(f"{name}/{file}", folder / file)
    return len(found)


def _restore_folder(source: Path, target: Path) -> int:
    """Put a folder in the place of another, whole or not at all."""
    if not source.is_dir():
        return 0
    draft = target.with_name(target.name + DRAFT)
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
    return len(_files(target))


def _files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path.relative_to(folder).as_posix() for path in found)


@contextmanager
def _scratch(work: Path) -> Iterator[Path]:
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work, prefix="backup-") as name:
        yield Path(name)

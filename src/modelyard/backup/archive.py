"""The file of a backup: a tar archive whose last entry says that it is whole.

It is written and read from the front to the back, so it may be a pipe.
"""

import hashlib
import io
import json
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from modelyard.errors import Invalid

FIRST = "backup.json"
LAST = "complete.json"
FORMAT = 1
PIECE_BYTES = 1024 * 1024


@dataclass
class BackupWriter:
    """An archive that is being written."""

    tar: tarfile.TarFile
    digests: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, path: Path) -> None:
        """Add a file by a name of its own."""
        with path.open("rb") as file:
            self.digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._put(name, file, path.stat().st_size)

    def note(self, name: str, content: dict[str, Any]) -> None:
        """Add a document."""
        text = json.dumps(content).encode()
        self._put(name, io.BytesIO(text), len(text))

    def _put(self, name: str, file: IO[bytes], size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
        self.tar.addfile(entry, file)


@contextmanager
def writing(stream: IO[bytes], about: dict[str, Any]) -> Iterator[BackupWriter]:
    """Write an archive; where the block fails, it lacks its last entry."""
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        writer = BackupWriter(tar)
        writer.note(FIRST, {"format": FORMAT, **about})
        yield writer
        writer.note(LAST, {"sha256": writer.digests})


def unpack(archive: Path, folder: Path) -> dict[str, Any]:
    """Unpack an archive into a folder, and give what it says about itself.

    Raises Invalid where it is no backup, or is not whole. Nothing leaves the folder.
    """
    digests: dict[str, str] = {}
    notes: dict[str, Any] = {}
    try:
        with tarfile.open(archive, mode="r:") as tar:
            for entry in tar:
                file = tar.extractfile(entry)
                if file is None:
                    continue
                if entry.name in {FIRST, LAST}:
                    notes[entry.name] = json.loads(file.read())
                else:
                    digests[entry.name] = _unpack_one(file, _place(folder, entry.name))
    except (tarfile.TarError, ValueError, EOFError) as fault:
        raise Invalid(archive.name, f"is no backup of Modelyard: {fault}.") from None
    if notes.get(FIRST, {}).get("format") != FORMAT:
        raise Invalid(archive.name, "is no backup that this version of Modelyard can read.")
    if notes.get(LAST, {}).get("sha256") != digests:
        raise Invalid(archive.name, "is not whole: nothing was restored.", "Take another one.")
    about: dict[str, Any] = notes[FIRST]
    return about


def _unpack_one(file: IO[bytes], path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as target:
        shutil.copyfileobj(file, target, PIECE_BYTES)
    with path.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


def _place(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or path == folder.resolve():
        raise ValueError(f"the name {name[:80]!r} leads out of it")
    return path

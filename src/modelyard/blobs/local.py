"""Blobs in a folder."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from modelyard.blobs.blobs import refuse_name
from modelyard.errors import NotFound, Unavailable
from modelyard.private import private_folder

PIECE_BYTES = 256 * 1024
UNFINISHED = ".new-"


@dataclass(frozen=True)
class LocalBlobs:
    """Keeps each content as a file."""

    folder: Path

    def write(self, name: str, content: bytes) -> None:
        """Keep a content; it appears whole or not at all."""
        self._put(name, lambda path: path.write_bytes(content))

    def write_file(self, name: str, path: Path) -> None:
        """Keep the content of a file."""
        self._put(name, lambda target: shutil.copyfile(path, target))

    def add(self, name: str, content: bytes) -> bool:
        """Keep a content unless the name is taken; tells whether it is ours."""
        path = self._path(name)
        temporary = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
        with self._words(name):
            private_folder(path.parent)
            try:
                temporary.write_bytes(content)
                path.hardlink_to(temporary)
            except FileExistsError:
                return False
            finally:
                with contextlib.suppress(OSError):
                    temporary.unlink()
        return True

    def read(self, name: str) -> bytes:
        """Give a content; raises NotFound."""
        with self._words(name):
            return self._path(name).read_bytes()

    def stream(self, name: str) -> Iterator[bytes]:
        """Give a content in pieces; raises NotFound before the first of them."""
        with self._words(name):
            file = self._path(name).open("rb")

        def pieces() -> Iterator[bytes]:
            with file:
                while piece := file.read(PIECE_BYTES):
                    yield piece

        return pieces()

    def delete(self, name: str) -> None:
        """Remove a content, and folders that are empty then."""
        path = self._path(name)
        with self._words(name):
            path.unlink(missing_ok=True)
        for parent in path.parents:
            if parent == self.folder:
                return
            try:
                parent.rmdir()
            except OSError:
                return

    def names(self, prefix: str = "") -> list[str]:
        """List the names below `prefix`, in order."""
        start = self._path(prefix) if prefix else self.folder
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in start.rglob("*")
            if path.is_file() and not path.name.startswith(UNFINISHED)
        )

    def _path(self, name: str) -> Path:
        return self.folder / refuse_name(name)

    def _put(self, name: str, fill: Callable[[Path], object]) -> None:
        """Write beside the final place, force it to the disk, and rename."""
        path = self._path(name)
        temporary = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
        with self._words(name):
            private_folder(path.parent)
            try:
                fill(temporary)
                with temporary.open("rb") as file:
                    os.fsync(file.fileno())
                temporary.replace(path)
            finally:
                with contextlib.suppress(OSError):
                    temporary.unlink()

    @contextmanager
    def _words(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise NotFound(f"blob {name}", "is not here.") from None
        except OSError as fault:
            raise Unavailable(
                f"blob {name}", f"cannot be kept or read: {fault.strerror}.", "Is the disk full?"
            ) from None

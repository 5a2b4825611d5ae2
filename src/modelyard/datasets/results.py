"""Computed results and columnar copies on disk: shared by all processes, bounded in size."""

import contextlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from modelyard.private import private_folder

log = logging.getLogger(__name__)
TOUCH_EVERY_S = 30.0
GRACE_S = 60.0
"""Results used more recently are not removed: some process may be reading them."""
STALE_S = 86_400.0
END = b"\n"
"""The last byte of every whole result: what a crash of the machine leaves behind has none."""


@dataclass(frozen=True)
class Results:
    """A folder of files named by what they were computed from.

    A file appears whole or not at all. When all of them take more than `limit_bytes`, those that
    were used longest ago are removed, but none that was used within the last half minute.
    """

    folder: Path
    limit_bytes: int

    def path(self, name: str) -> Path:
        """Give where the result `name` is or would be."""
        return self.folder / name

    def find(self, name: str) -> bytes | None:
        """Read a result, or give None where there is none yet, or only a broken one."""
        path = self.path(name)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        if not content.endswith(END):
            return None
        self.mark_used(path)
        return content.removesuffix(END)

    def find_path(self, name: str) -> Path | None:
        """Give the file of a result that is there, marked as used, or None."""
        path = self.path(name)
        if not path.exists():
            return None
        self.mark_used(path)
        return path

    def write(self, name: str, content: bytes) -> None:
        """Keep a result; where the disk is full it is not kept, and the log says so."""
        self.keep(name, lambda path: path.write_bytes(content + END))

    def keep(self, name: str, fill: Callable[[Path], object]) -> None:
        """Keep a file that `fill` writes; where that fails it is not kept, and the log says so."""
        try:
            with self.writing(name) as path:
                fill(path)
        except OSError as fault:
            log.warning("result %s could not be cached: %s", name, fault)

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a temporary path to write to; on leaving without a fault it becomes the result."""
        private_folder(self.folder)
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=f".{name[-20:]}")
        os.close(handle)
        path = Path(temporary)
        try:
            yield path
            path.replace(self.path(name))
        finally:
            path.unlink(missing_ok=True)
        self.evict(keep=name)

    def forget(self, name: str) -> None:
        """Remove a result that turned out to be broken."""
        with contextlib.suppress(OSError):
            self.path(name).unlink()

    def evict(self, keep: str = "") -> None:
        """Remove the results used longest ago until the folder is within its bound."""
        self._remove_stale()
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        young = time.time() - GRACE_S
        for used_at, size, path in entries:
            if total <= self.limit_bytes or used_at > young:
                return
            if path.name != keep:
                self.forget(path.name)
                total -= size

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        for path in self.folder.iterdir():
            with contextlib.suppress(OSError):
                state = path.stat()
                if not path.name.startswith("."):
                    yield state.st_mtime, state.st_size, path

    def _remove_stale(self) -> None:
        """Remove what a process that was killed while it wrote has left behind."""
        for path in self.folder.glob(".*"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > STALE_S:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    @staticmethod
    def mark_used(path: Path) -> None:
        """Note that a result was of use, at most twice a minute."""
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > TOUCH_EVERY_S:
                os.utime(path)

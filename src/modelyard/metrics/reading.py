"""Adding up what all processes of a folder have counted, also those that are gone.

The sheet of a process that ended is added to the archive, so that a total never falls while the
service runs, and files do not heap up. When all have ended, the next that starts begins at zero.
"""

import contextlib
import fcntl
import os
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

from modelyard.metrics.counting import count_into, own_recorder
from modelyard.metrics.families import GAUGES, OTHER, Counts, Key
from modelyard.metrics.sheet import SUFFIX, Sheet, is_left, records_of

ARCHIVE = "archive"
LOCK = "lock"
TAKEN_IN = "taken in"
"""In the archive: the names of sheets that it holds already, should they still be there."""
MOST_ARCHIVED = 8000
"""Series in the archive; what comes later is counted under `other`."""


def read_all() -> Counts:
    """Give the counts of all processes that share this process's folder."""
    recorder = own_recorder()
    if recorder.folder is None:
        return recorder.counts()
    recorder.come_back()
    own = recorder.sheet.path
    with _locked(recorder.folder):
        _archive_the_gone(recorder.folder, own)
        others = [path for path in _sheets(recorder.folder) if path != own]
        counts, _ = _read_archive(recorder.folder)
        for path in others:
            add_to(counts, _read(path))
    add_to(counts, recorder.counts())
    return counts


def start(folder: Path) -> None:
    """Count into a folder that all processes of this service share, from now on.

    Where none of them lives, the service starts anew, and so do the counts.
    """
    if own_recorder().folder == folder:
        return
    with contextlib.suppress(OSError), _locked(folder):
        sheets = _sheets(folder)
        if all(is_left(path) for path in sheets):
            for path in (*sheets, folder / ARCHIVE):
                path.unlink(missing_ok=True)
    count_into(folder)


def add_to(counts: Counts, more: Counts) -> None:
    """Add the numbers of `more` to those in `counts`."""
    for key, numbers in more.items():
        known = counts.get(key)
        if known is None or len(known) != len(numbers):
            counts[key] = list(numbers)
        else:
            counts[key] = [one + other for one, other in zip(known, numbers, strict=True)]


def _archive_the_gone(folder: Path, own: Path | None) -> None:
    gone = [path for path in _sheets(folder) if path != own and is_left(path)]
    if not gone:
        return
    counts, taken_in = _read_archive(folder)
    for path in gone:
        if path.name not in taken_in:
            for key, numbers in _read(path).items():
                if key[0] not in GAUGES:
                    add_to(counts, {_bounded(counts, key): numbers})
    _write_archive(folder, counts, [path.name for path in gone])
    for path in gone:
        path.unlink(missing_ok=True)


def _bounded(counts: Counts, key: Key) -> Key:
    if key in counts or len(counts) < MOST_ARCHIVED:
        return key
    return (key[0], *(OTHER for _ in key[1:]))


def _read_archive(folder: Path) -> tuple[Counts, set[str]]:
    counts = _read(folder / ARCHIVE)
    names = {key[1] for key in counts if key[0] == TAKEN_IN}
    return {key: numbers for key, numbers in counts.items() if key[0] != TAKEN_IN}, names


def _write_archive(folder: Path, counts: Counts, names: Iterable[str]) -> None:
    """Write the archive in one step: whoever reads it has the old one or the new one."""
    sheet = Sheet(None, None)
    for key, numbers in counts.items():
        sheet.add(key, len(numbers))[:] = memoryview(array("d", numbers))
    for name in names:
        sheet.add((TAKEN_IN, name), 0)
    fresh = folder / f"{ARCHIVE}.new"
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "wb") as stream:
        stream.write(sheet.content())
    fresh.replace(folder / ARCHIVE)


def _read(path: Path) -> Counts:
    try:
        return dict(records_of(path.read_bytes()))
    except OSError:
        return {}


def _sheets(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Have the folder's archive to oneself; where that cannot be, go on without."""
    try:
        file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)

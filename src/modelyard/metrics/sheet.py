"""The file into which one process counts: numbers in shared memory, readable by all others.

A sheet is a row of pages of 64 KiB. A page begins with how many of its bytes are in use; records
follow, each with the length of its key, how many numbers it has, the key as JSON and the numbers.
Records are only ever added. While its process lives, the file is locked: so others see who died.
"""

import fcntl
import mmap
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec

from modelyard.metrics.families import Key
from modelyard.private import private_folder

PAGE_BYTES = 64 * 1024
MOST_PAGES = 128
HEAD = struct.Struct("=Q")
RECORD = struct.Struct("=II")
SUFFIX = ".counts"
Series: TypeAlias = "memoryview[float]"
"""The numbers of one series, where all can read them."""


class Sheet:
    """The pages of one process."""

    def __init__(self, file: int | None, path: Path | None) -> None:
        self.path = path
        """Where the file is; None for a sheet in this process's memory only."""
        self._file = file
        self._pages: list[mmap.mmap] = []

    @property
    def is_there(self) -> bool:
        """Whether others can read the sheet: a file that somebody removed they cannot."""
        return self.path is not None and self.path.exists()

    def add(self, key: Key, length: int) -> Series:
        """Give the numbers of a new series, all zero.

        Raises OSError where the disk is full, or the sheet.
        """
        text = msgspec.json.encode(key)
        padded = text + b" " * (-len(text) % 8)
        size = RECORD.size + len(padded) + 8 * length
        page, used = self._page_for(size)
        RECORD.pack_into(page, used, len(padded), length)
        begin = used + RECORD.size
        page[begin : begin + len(padded)] = padded
        HEAD.pack_into(page, 0, used + size)
        return memoryview(page)[begin + len(padded) : used + size].cast("d")

    def content(self) -> bytes:
        """Give the bytes of all pages."""
        return b"".join(page[:] for page in self._pages)

    def drop(self) -> None:
        """Let the file go, as a process does that was forked from the one that counts in it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _page_for(self, size: int) -> tuple[mmap.mmap, int]:
        """Give a page with room, and where its room begins."""
        if self._pages:
            used = HEAD.unpack_from(self._pages[-1])[0]
            if used + size <= PAGE_BYTES:
                return self._pages[-1], used
        if len(self._pages) == MOST_PAGES:
            raise OSError("the sheet is full")
        self._pages.append(self._new_page())
        HEAD.pack_into(self._pages[-1], 0, HEAD.size)
        return self._pages[-1], HEAD.size

    def _new_page(self) -> mmap.mmap:
        if self._file is None:
            return mmap.mmap(-1, PAGE_BYTES)
        begin = len(self._pages) * PAGE_BYTES
        _reserve(self._file, begin)
        return mmap.mmap(self._file, PAGE_BYTES, offset=begin)


def open_sheet(folder: Path) -> Sheet:
    """Make the sheet of this process in a folder; raises OSError where that cannot be done."""
    private_folder(folder)
    path = folder / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    return Sheet(file, path)


def records_of(content: bytes) -> Iterator[tuple[Key, list[float]]]:
    """Read the records of a sheet; what is cut off or not ours is left out."""
    for begin in range(0, len(content) - HEAD.size, PAGE_BYTES):
        page = content[begin : begin + PAGE_BYTES]
        try:
            yield from _records_of_page(page)
        except (struct.error, msgspec.MsgspecError, ValueError):
            continue


def is_left(path: Path) -> bool:
    """Tell whether the process that counted here is gone; False where that cannot be told."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(file)


def _records_of_page(page: bytes) -> Iterator[tuple[Key, list[float]]]:
    used, place = min(HEAD.unpack_from(page)[0], len(page)), HEAD.size
    while place + RECORD.size <= used:
        key_length, length = RECORD.unpack_from(page, place)
        begin = place + RECORD.size
        end = begin + key_length + 8 * length
        key = msgspec.json.decode(page[begin : begin + key_length], type=Key)
        yield key, list(struct.unpack_from(f"={length}d", page, begin + key_length))
        place = end


def _reserve(file: int, begin: int) -> None:
    """Take the disk's room now: a page without room would end the process when it is written."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, begin, PAGE_BYTES)
    else:  # macOS
        os.ftruncate(file, begin + PAGE_BYTES)

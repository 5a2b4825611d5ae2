"""Messages between this process and its worker processes: a letter and a text."""

import os
import select
import struct
import time
from collections.abc import Callable

HEAD = struct.Struct(">cI")
MOST_BYTES = 256 * 1024 * 1024
LOOK_EVERY_S = 0.05


def write_frame(fd: int, letter: bytes, content: bytes = b"") -> None:
    """Write one message."""
    view = memoryview(HEAD.pack(letter, len(content)) + content)
    while view:
        view = view[os.write(fd, view) :]


def read_frame(
    fd: int, until: float | None = None, watch: Callable[[], None] = lambda: None
) -> tuple[bytes, bytes]:
    """Read one message; `watch` is called now and then while it waits.

    Raises EOFError where the other side is gone, TimeoutError after `until` (of the monotonic
    clock), and ValueError for a message that is too large.
    """
    letter, size = HEAD.unpack(_read(fd, HEAD.size, until, watch))
    if size > MOST_BYTES:
        raise ValueError(f"the answer is larger than {MOST_BYTES // 2**20} MiB")
    return letter, _read(fd, size, until, watch)


def _read(fd: int, size: int, until: float | None, watch: Callable[[], None]) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        if until is not None:
            _wait(fd, until, watch)
        part = os.read(fd, min(size - len(parts), 1024 * 1024))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _wait(fd: int, until: float, watch: Callable[[], None]) -> None:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if poll.poll(min(left, LOOK_EVERY_S) * 1000):
            return
        watch()

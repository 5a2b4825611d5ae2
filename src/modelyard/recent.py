"""Small contents that were of use a moment ago, kept in memory."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

MOST_BYTES = 32 * 1024 * 1024
LARGEST_BYTES = 1024 * 1024


@dataclass
class Recent:
    """Contents by name, those used longest ago forgotten first.

    A cached answer then costs no file to open. Every open file lets other threads take Python's
    global lock, and eight threads that hand it around answer half as many requests.
    """

    most_bytes: int = MOST_BYTES
    _kept: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, name: str) -> bytes | None:
        """Give a content, or None where it is not kept."""
        with self._lock:
            content = self._kept.get(name)
            if content is not None:
                self._kept.move_to_end(name)
            return content

    def keep(self, name: str, content: bytes) -> None:
        """Keep a content, unless it is large."""
        if len(content) > LARGEST_BYTES:
            return
        with self._lock:
            self._bytes += len(content) - len(self._kept.pop(name, b""))
            self._kept[name] = content
            while self._bytes > self.most_bytes:
                _, forgotten = self._kept.popitem(last=False)
                self._bytes -= len(forgotten)

    def forget(self, name: str) -> None:
        """Keep a content no longer."""
        with self._lock:
            self._bytes -= len(self._kept.pop(name, b""))

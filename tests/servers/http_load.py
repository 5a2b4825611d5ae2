"""Load over HTTP: so many callers who keep their connection open, and what they were answered."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

PAUSE_S = 0.1
"""What a caller thinks before the next request: the machine is shared with what is measured."""


@dataclass(frozen=True)
class Call:
    """What is sent again and again."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Heard:
    """What came back."""

    answers: Counter[str] = field(default_factory=Counter)
    """How often, by method and status; `GET cut off` for no answer."""
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def failed(self) -> dict[str, int]:
        """Give what was not answered with 200."""
        return {what: count for what, count in self.answers.items() if " 200" not in what}

    @property
    def right(self) -> int:
        """Count what was answered with 200."""
        return sum(self.answers.values()) - sum(self.failed.values())


@contextmanager
def load(port: int, calls: tuple[Call, ...], callers: int = 64) -> Iterator[Heard]:
    """Have callers at work while the block lasts; the calls are dealt out among them."""
    heard = Heard()
    threads = [
        threading.Thread(target=_call, args=(port, calls[number % len(calls)], heard))
        for number in range(callers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        heard.stopped.set()
        for thread in threads:
            thread.join(60)


def _call(port: int, call: Call, heard: Heard) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    while not heard.stopped.is_set():
        try:
            connection.request(call.method, call.path, call.body or None, dict(call.headers))
            answer = connection.getresponse()
            answer.read()
            heard.answers[f"{call.method} {answer.status}"] += 1
        except (OSError, HTTPException) as fault:
            heard.answers[f"{call.method} cut off: {type(fault).__name__}"] += 1
            connection.close()
        time.sleep(PAUSE_S)
    connection.close()

"""Answers for the web: from the cache, or computed in a child process while the caller waits."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from modelyard.compute import Request
from modelyard.datasets.dataset import Dataset
from modelyard.datasets.tasks import Computation, PrepareTask, Task, key_for
from modelyard.recent import Recent
from modelyard.runs.child_state import ChildState
from modelyard.runs.children import Children

POLL_S = 0.02
INLINE_BYTES = 16 * 1024 * 1024
"""A row file up to this size is copied by the web process itself: it takes under half a second."""


@dataclass(frozen=True)
class Answer:
    """The content of an answer as JSON, and its name, which changes when the content may."""

    tag: str
    content: bytes
    fingerprint: str
    """Of the content of the files that it is about."""


@dataclass
class Answers:
    """Gives answers without doing heavy work in this process.

    At most `waiters` callers wait at a time, so that some threads of the server stay free; the
    others are told at once how the work stands.
    """

    children: Children
    workspace: str
    waiters: int
    recent: Recent = field(default_factory=Recent)
    _waiting: threading.BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        self._waiting = threading.BoundedSemaphore(max(1, self.waiters))

    def give(
        self, dataset: Dataset, task: Computation[Any], wait_s: float, is_guest: bool = False
    ) -> Answer | ChildState:
        """Give the answer to `task`, or how the work stands after `wait_s` seconds.

        For a guest, who may look but not start work, one place stays free for those who may.

        Raises the fault with which the work ended.
        """
        deadline = time.monotonic() + wait_s
        known = self._find(dataset, task)
        if isinstance(known, Answer):
            return known
        with self.seat() as may_wait:
            while True:
                found = self._find(dataset, task)
                if isinstance(found, Answer):
                    return found
                run = self.children.ensure(
                    found, self._request(dataset, task, found), reserved=int(is_guest)
                )
                if run.fault is not None:
                    raise run.fault.to_error()
                if not may_wait or time.monotonic() >= deadline:
                    return run
                time.sleep(POLL_S)

    def _find(self, dataset: Dataset, task: Computation[Any]) -> Answer | str:
        """Find the answer for the files as they are now, or give the key that it will have."""
        fingerprint = dataset.fingerprint()
        key = key_for(dataset.name, fingerprint, task)
        content = self.recent.find(key)
        if content is None:
            content = dataset.results.find(f"{key}.json")
            if content is None:
                return key
            self.recent.keep(key, content)
        return Answer(key, content, fingerprint)

    def forget(self, dataset: Dataset, answer: Answer) -> None:
        """Drop an answer that turned out to be of no use, so that it is worked out again."""
        dataset.results.forget(f"{answer.tag}.json")
        self.recent.forget(answer.tag)

    def prepare(
        self, dataset: Dataset, wait_s: float, most_bytes: int = INLINE_BYTES
    ) -> ChildState | None:
        """See that the rows of `dataset` can be read; None when they can.

        A row file of up to `most_bytes` is copied at once, in this process.

        Raises the fault with which that ended.
        """
        if dataset.is_prepared():
            return None
        if dataset.is_quick_to_prepare(most_bytes):
            dataset.prepare()
            return None
        outcome = self.give(dataset, PrepareTask(), wait_s)
        return outcome if isinstance(outcome, ChildState) else None

    @contextmanager
    def seat(self) -> Iterator[bool]:
        """Take one of the few places for callers who wait, as long as the block lasts.

        Gives False where none is free: then the caller must not wait.
        """
        free = self._waiting.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                self._waiting.release()

    def _request(self, dataset: Dataset, task: Computation[Any], key: str) -> bytes:
        request = Request(
            workspace=self.workspace,
            dataset=dataset.name,
            task=_known(task),
            state_path=str(self.children.state_path(key)),
            lock_path=str(self.children.lock_path(key)),
        )
        return msgspec.json.encode(request)


def _known(task: Computation[Any]) -> Task:
    if not isinstance(task, Task):
        raise TypeError(f"{type(task).__name__} cannot be sent to another process")
    return task

"""Serving the original estimator from child processes in the jail, many requests at one time.

Whoever finds a child free asks it for everybody who waits; so batches grow with the load, and
nobody waits for a batch to fill.
"""

import threading
from collections import deque

import msgspec

from modelyard.errors import ModelyardError, Unavailable
from modelyard.models.answering_task import LOAD, ROWS
from modelyard.models.artefact.unpack import SKOPS_FILE
from modelyard.models.description import Description, Outcome
from modelyard.models.jail import MEBIBYTE, Jail, Limits
from modelyard.models.outcomes import part_of, unpack_outcome
from modelyard.models.rows import Rows, join_rows, pack

MOST_ROWS = 4096
"""Rows of several requests that are asked together."""
ANSWER_S = 60.0
LIMITS = Limits(memory_bytes=2048 * MEBIBYTE, cpu_s=0, wall_s=120.0)


class _Ask:
    """One request on its way."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.wake = threading.Event()
        self.worker: _Worker | None = None
        self.together: list[_Ask] = []
        self.outcome: Outcome | None = None
        self.fault: ModelyardError | None = None


class _Worker:
    """One child with the estimator loaded; it is started again after a crash."""

    def __init__(self, description: Description, content: bytes, unconfined_ok: bool) -> None:
        options = {"description": msgspec.to_builtins(description), "format": _format(content)}
        self.jail = Jail(
            "modelyard.models.answering_task", options, LIMITS, unconfined_ok=unconfined_ok
        )
        self._content = content

    def ask(self, rows: Rows) -> Outcome:
        """Answer; raises what the estimator raises, and Crashed where the child ended."""
        if not self.jail.is_running:
            self.jail.start()
            self.jail.ask(LOAD + self._content)
        return unpack_outcome(self.jail.ask(ROWS + pack(rows), ANSWER_S))


class ProcessRuntime:
    """The original estimator in one or several child processes."""

    def __init__(
        self,
        description: Description,
        content: bytes,
        *,
        workers: int = 1,
        unconfined_ok: bool = False,
    ) -> None:
        """Name the model; the children start at the first request.

        Raises Unavailable where this machine cannot confine a process.
        """
        self._lock = threading.Lock()
        self._waiting: deque[_Ask] = deque()
        self._workers = [_Worker(description, content, unconfined_ok) for _ in range(workers)]
        self._free = list(self._workers)
        self._is_closed = False

    def predict(self, rows: Rows) -> Outcome:
        """Answer a batch, together with what other threads ask at the same time."""
        ask = _Ask(rows)
        with self._lock:
            if self._is_closed:
                raise Unavailable("model", "is no longer served.")
            self._waiting.append(ask)
            if self._free:
                ask.worker = self._free.pop()
                ask.together = self._take()
        if ask.worker is None:
            ask.wake.wait()
        if ask.worker is not None:
            self._lead(ask.worker, ask.together)
        if ask.fault is not None:
            raise ask.fault
        if ask.outcome is None:
            raise Unavailable("model", "is no longer served.")
        return ask.outcome

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that run now."""
        return tuple(worker.jail.pid for worker in self._workers if worker.jail.is_running)

    def close(self) -> None:
        """End the children; who waits is told so."""
        with self._lock:
            self._is_closed = True
            left, self._waiting = list(self._waiting), deque()
        for ask in left:
            ask.wake.set()
        for worker in self._workers:
            worker.jail.close()

    def _take(self) -> list[_Ask]:
        """Take who waits, up to a number of rows."""
        taken = [self._waiting.popleft()]
        rows = taken[0].rows.count
        while self._waiting and rows + self._waiting[0].rows.count <= MOST_ROWS:
            taken.append(self._waiting.popleft())
            rows += taken[-1].rows.count
        return taken

    def _lead(self, worker: _Worker, together: list[_Ask]) -> None:
        """Ask for all, hand the answers out, and the worker on."""
        try:
            _answer(worker, together)
        finally:
            self._hand_on(worker)
            for ask in together:
                ask.wake.set()

    def _hand_on(self, worker: _Worker) -> None:
        with self._lock:
            if not self._waiting:
                self._free.append(worker)
                return
            together = self._take()
            next_one = together[0]
            next_one.worker, next_one.together = worker, together
        next_one.wake.set()


def _answer(worker: _Worker, together: list[_Ask]) -> None:
    """Ask for all at once; where that fails, for each alone, so that one does not spoil others."""
    try:
        outcome = worker.ask(join_rows([ask.rows for ask in together]))
    except ModelyardError as fault:
        if len(together) == 1:
            together[0].fault = fault
            return
        for ask in together:
            _answer(worker, [ask])
        return
    begin = 0
    for ask in together:
        ask.outcome = part_of(outcome, begin, begin + ask.rows.count)
        begin += ask.rows.count


def _format(content: bytes) -> str:
    is_archive = content.startswith(b"PK\x03\x04") and SKOPS_FILE.encode() in content
    return "skops" if is_archive else "joblib"

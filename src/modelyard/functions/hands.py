"""Threads that call functions, so that one that hangs can be given up.

A function that has been quick twenty times in a row is called in the asking thread itself, which
saves the 25 microseconds of handing it over; not more than a few such calls run at one time, so a
quick function that suddenly hangs can hold no more than these few asking threads. All other calls
are handed to a thread of their own. When one takes longer than it may, the asking thread answers,
and the other is given up: Python cannot end a thread, so it works on until it is done, counts
against the limit of its function, and is seen in `lost`.
"""

import contextvars
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from modelyard.errors import Unavailable
from modelyard.functions.faults import TimedOut
from modelyard.functions.shaping import Counters

QUICK_S = 0.05
SLOW_S = 0.25
QUICK_CALLS = 20
PLACE_WAIT_S = 1.0
Call = Callable[[], Any]


class Places:
    """A number of places; quicker than a semaphore of `threading`, which is written in Python."""

    def __init__(self, number: int) -> None:
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(number):
            self._free.put(None)

    def take(self, wait_s: float = 0.0) -> bool:
        """Take a place; False where none is free within `wait_s` seconds."""
        try:
            self._free.get_nowait()
        except Empty:
            if not wait_s:
                return False
            try:
                self._free.get(timeout=wait_s)
            except Empty:
                return False
        return True

    def give(self) -> None:
        """Give a place back."""
        self._free.put(None)


class _Job:
    """One call, handed over."""

    __slots__ = ("call", "done", "error", "is_given_up", "lock", "result")

    def __init__(self, call: Call) -> None:
        self.call = call
        self.result: Any = None
        self.error: BaseException | None = None
        self.is_given_up = False
        self.lock = threading.Lock()
        self.done = threading.Lock()
        self.done.acquire()


class _Hand(threading.Thread):
    """One thread, which takes calls one after the other."""

    def __init__(self, idle: "list[_Hand]") -> None:
        super().__init__(name="function", daemon=True)
        self.idle = idle
        self.jobs: SimpleQueue[tuple[_Job, Callable[[bool], None]]] = SimpleQueue()

    def run(self) -> None:
        """Work until the process ends."""
        while True:
            job, ended = self.jobs.get()
            try:
                job.result = contextvars.Context().run(job.call)
            except BaseException as error:  # noqa: BLE001 (user code may raise anything)
                job.error = error
            with job.lock:
                was_given_up = job.is_given_up
                job.done.release()
            ended(was_given_up)
            self.idle.append(self)
            del job, ended


@dataclass
class Hands:
    """All threads for functions, of one process."""

    most_direct: int = 2
    """Calls at one time in asking threads."""
    _idle: list[_Hand] = field(default_factory=list)
    direct: Places = field(init=False)
    """The few places for calls in asking threads."""

    def __post_init__(self) -> None:
        self.direct = Places(self.most_direct)

    def call(self, call: Call, timeout_s: float, ended: Callable[[bool], None]) -> Any:
        """Have a thread make a call.

        `ended` is called when the call is really over, with whether it had been given up. Raises
        TimeoutError where it takes longer than `timeout_s`.
        """
        try:
            hand = self._idle.pop()
        except IndexError:
            hand = _Hand(self._idle)
            hand.start()
        job = _Job(call)
        hand.jobs.put((job, ended))
        if not job.done.acquire(timeout=timeout_s):
            with job.lock:
                job.is_given_up = not job.done.acquire(blocking=False)
            if job.is_given_up:
                raise TimeoutError
        if isinstance(job.error, KeyboardInterrupt):  # the function's own, nobody pressed a key
            raise RuntimeError("KeyboardInterrupt")
        if job.error is not None:
            raise job.error
        return job.result


@dataclass(eq=False)
class ThreadRunner:
    """Calls one function, within its limits."""

    name: str
    hands: Hands
    timeout_s: float
    at_once: int
    counters: Counters
    _quick_calls: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _places: Places = field(init=False)

    def __post_init__(self) -> None:
        self._places = Places(self.at_once)

    def run(self, call: Call) -> Any:
        """Make the call.

        Raises TimedOut where it takes too long, and Unavailable where too many are at work.
        """
        take_place(self._places, self.name, self.at_once, self.counters)
        if self._quick_calls >= QUICK_CALLS and self.hands.direct.take():
            return self._call_directly(call)
        began = time.perf_counter()
        try:
            result = self.hands.call(call, self.timeout_s, self._ended)
        except TimeoutError:
            self._quick_calls = 0
            with self._lock:
                self.counters.timeouts += 1
                self.counters.lost += 1
            raise timed_out(self.name, self.timeout_s) from None
        self._note(time.perf_counter() - began)
        return result

    def _call_directly(self, call: Call) -> Any:
        began = time.perf_counter()
        try:
            return contextvars.Context().run(call)
        finally:
            self.hands.direct.give()
            self._places.give()
            if time.perf_counter() - began > SLOW_S:
                self._quick_calls = 0

    def _note(self, took_s: float) -> None:
        self._quick_calls = self._quick_calls + 1 if took_s < QUICK_S else 0

    def _ended(self, was_given_up: bool) -> None:
        self._places.give()
        if was_given_up:
            with self._lock:
                self.counters.lost -= 1


def take_place(places: Places, name: str, at_once: int, counters: Counters) -> None:
    """Take a place among the calls at one time; raises Unavailable where none is free for long."""
    if places.take(PLACE_WAIT_S):
        return
    counters.refused += 1
    raise Unavailable(
        name, f"{at_once} calls are at work, which is its limit.", "Ask again in a moment."
    )


def timed_out(name: str, timeout_s: float) -> TimedOut:
    """Give the error of a call that took too long."""
    return TimedOut(
        name,
        f"it was not done after {timeout_s:g} seconds.",
        "Ask for less, or let it have more time: x-timeout-s in its document.",
    )

"""An end for models that hang."""

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

from modelyard.errors import Unavailable

Result = TypeVar("Result")
GRACE_S = 1.0


class TimeIsUp(BaseException):
    """Raised inside a model that ran too long; no `except Exception` catches it."""


def limited(where: str, timeout_s: float | None, work: Callable[[], Result]) -> Result:
    """Do the work, and give it up after `timeout_s` seconds.

    Python code is ended; a call into a compiled library goes on until it returns, and its result is
    thrown away. Raises Unavailable when time is up, and whatever the work raises.
    """
    if timeout_s is None:
        return work()
    results: list[Result] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as fault:  # noqa: BLE001 (handed to the caller as it is)
            faults.append(fault)

    thread = threading.Thread(target=run, daemon=True, name=f"what-if {where}")
    thread.start()
    thread.join(timeout_s)
    if thread.is_alive():
        _end(thread)
        raise Unavailable(where, f"did not finish within {timeout_s:g} seconds.")
    if faults:
        if isinstance(faults[0], SystemExit | TimeIsUp):
            raise Unavailable(where, "ended itself.")
        raise faults[0]
    return results[0]


def _end(thread: threading.Thread) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TimeIsUp)
    )
    thread.join(GRACE_S)

"""The child process that answers one question to one dataset and ends."""

import contextlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any, cast

import msgspec

from modelyard import wiring
from modelyard.datasets.dataset import Dataset
from modelyard.datasets.tasks import Computation, Task, answer, key_of
from modelyard.errors import ModelyardError, Unavailable
from modelyard.runs.child_state import ChildState, failed, write_state
from modelyard.runs.fault import fault_of
from modelyard.runs.lock import held

WRITE_EVERY_S = 0.1
PATIENCE_S = 0.2


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is asked, in one line of JSON on its standard input."""

    workspace: str
    dataset: str
    task: Task
    state_path: str
    lock_path: str


class StateFile:
    """Progress written to a file, ten times a second at most."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written_at = 0.0

    def __call__(self, done: float, label: str) -> None:
        """Write how far the work is."""
        if time.monotonic() - self._written_at >= WRITE_EVERY_S:
            self._written_at = time.monotonic()
            with contextlib.suppress(OSError):  # not to be seen is no reason to stop
                write_state(
                    self.path, ChildState(state="running", done=done, label=label, at=time.time())
                )


def command() -> tuple[str, ...]:
    """Give the command that starts this process, with the Python that runs now.

    Under uWSGI `sys.executable` is not the Python of the virtual environment, so the one that
    stands in the environment's own folder comes first.
    """
    inside = Path(sys.prefix, "bin", "python3")
    python = inside if inside.exists() else Path(sys.executable)
    return (str(python), "-m", "modelyard.compute")


def run(request: Request) -> int:
    """Compute and keep the answer; the exit code is 1 where that failed."""
    state = Path(request.state_path)
    with held(Path(request.lock_path), PATIENCE_S) as mine:
        if not mine:
            return 0
        try:
            services = wiring.open_folder(request.workspace)
            dataset = services.datasets.get_dataset(request.dataset)
            answer(dataset, cast("Computation[Any]", request.task), StateFile(state))
            refuse_lost(dataset, request.task)
        except ModelyardError as error:
            write_state(state, failed(fault_of(error)))
            return 1
    return 0


def refuse_lost(dataset: Dataset, task: Task) -> None:
    """Raise Unavailable where the answer could not be kept: nobody could read it."""
    if dataset.results.find(f"{key_of(dataset, task)}.json") is None:
        raise Unavailable(
            dataset.where,
            "the result could not be kept, or the file changed meanwhile.",
            "Is there room on the disk?",
        )


def _end_with_parent() -> None:
    """End this process at once when the parent closes the pipe, which it does when it dies."""
    sys.stdin.buffer.read()
    os._exit(3)


def main() -> None:
    """Read the request and do the work."""
    request = msgspec.json.decode(sys.stdin.buffer.readline(), type=Request)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    code = run(request)
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main()

"""Heavy work of a run in a child process that can be ended at any time."""

import contextlib
import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from modelyard.runs.fault import Fault

TICK_S = 0.1
END_S = 5.0
"""How long a child may take to end after its last word."""
KILLED = "It was ended from outside, as the system does when memory runs out."


class ChildRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is asked, in one line of JSON on its standard input."""

    workspace: str
    kind: str
    request: dict[str, Any]
    folder: str
    is_fresh: bool = False
    is_help: bool = False
    """Whether only pieces are to be made, of a run that another has."""
    run_id: str = ""
    started_by: str = ""
    started_by_id: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of JSON that the child tells: progress, a line for the log, or its end."""

    done: float = 0.0
    label: str = ""
    text: str | None = None
    fault: Fault | None = None
    files: tuple[dict[str, str], ...] | None = None
    """At the end: name, media type and path of each file; the result is in `result.json`."""
    passport: dict[str, Any] = {}


@dataclass
class Child:
    """One child: it ends with its parent, and its own children end with it."""

    argv: tuple[str, ...]
    environ: Mapping[str, str]

    def do(
        self,
        request: ChildRequest,
        hear: Callable[[Told], None],
        is_ended: Callable[[], bool],
    ) -> Told:
        """Have the work done; gives the last that the child told.

        It is killed as soon as `is_ended` says so.
        """
        process = subprocess.Popen(
            self.argv,
            env=dict(self.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        last, patience_s = Told(), 0.0
        try:
            threading.Thread(target=_send, args=(process, request), daemon=True).start()
            for told in _lines(process, is_ended):
                if told.fault is not None or told.files is not None:
                    last = told
                else:
                    hear(told)
            patience_s = 0.0 if is_ended() else END_S
        finally:
            code = _end(process, patience_s)
        if last.fault is None and last.files is None:
            return Told(fault=_fault(request.kind, code))
        return last


def _send(process: "subprocess.Popen[bytes]", request: ChildRequest) -> None:
    """Send the request, and keep the pipe open: its end tells the child that we are gone."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.write(msgspec.json.encode(request) + b"\n")
            process.stdin.flush()


def _lines(process: "subprocess.Popen[bytes]", is_ended: Callable[[], bool]) -> Iterator[Told]:
    """Give what the child tells until it closes its pipe or is to end."""
    assert process.stdout is not None  # noqa: S101 (it was asked for)
    descriptor, rest = process.stdout.fileno(), b""
    waiting = select.poll()  # `select` knows the first 1,024 descriptors only
    waiting.register(descriptor, select.POLLIN)
    while not is_ended():
        if not waiting.poll(TICK_S * 1000):
            continue
        piece = os.read(descriptor, 65536)
        if not piece:
            return
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            with contextlib.suppress(msgspec.MsgspecError):
                yield msgspec.json.decode(line, type=Told)


def _end(process: "subprocess.Popen[bytes]", patience_s: float) -> int:
    """See that the child and all that it started are gone; gives the exit code."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience_s)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    code = process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    return code


def _fault(kind: str, code: int) -> Fault:
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        hint = KILLED if -code == signal.SIGKILL else ""
        return Fault(kind="Unavailable", where=kind, why=f"its process died ({name}).", cure=hint)
    why = f"its process ended (exit code {code}) before it gave a result."
    return Fault(kind="Unavailable", where=kind, why=why)


def result_path(folder: Path) -> Path:
    """Give where a child leaves its result."""
    return folder / "result.json"

"""Heavy work in child processes: one per key on this machine, a few at a time.

A child that crashes or eats all memory takes nothing else down; what it used is free when it
ends. It reads its request from standard input, and ends when that is closed before it is done,
so that it never outlives its parent.
"""

import contextlib
import logging
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.errors import Unavailable
from modelyard.private import private_folder
from modelyard.runs.child_state import QUEUED, ChildState, failed, find_state, write_state
from modelyard.runs.fault import Fault
from modelyard.runs.lock import is_held

log = logging.getLogger(__name__)
FAILURE_KEPT_S = 10.0
"""How long a failure answers for itself before the work is tried again."""
OLD_S = 86_400.0


@dataclass
class Children:
    """Starts child processes with the command `argv` and knows how they stand."""

    folder: Path
    argv: tuple[str, ...]
    environ: Mapping[str, str]
    most: int
    timeout_s: float
    _alive: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ensure(self, key: str, request: bytes, reserved: int = 0) -> ChildState:
        """See that the work `key` is being done, and tell how it stands.

        It is not started a second time while some process on this machine does it, nor again
        right after it failed; where too many children are at work it stays queued, and has to be
        asked for again. `reserved` places are left to others, where there are several. Raises
        Unavailable where it cannot be started.
        """
        known = find_state(self.state_path(key))
        if known is not None and known.state == "failed":
            if time.time() - known.at < FAILURE_KEPT_S:
                return known
            known = None
        with self._lock:
            if key in self._alive or is_held(self.lock_path(key)):
                return known or ChildState(state="running", label="starting")
            if len(self._alive) >= max(min(1, self.most), self.most - reserved):
                return QUEUED
            try:
                self._start(key, request)
            except OSError as fault:
                raise Unavailable(
                    key.split("-", maxsplit=1)[0],
                    f"the work could not be started: {fault.strerror or fault}.",
                    "Is there room on the disk of the state folder, and may it be written?",
                ) from None
        return ChildState(state="running", label="starting")

    def state_path(self, key: str) -> Path:
        """Give the file that says how the work `key` stands."""
        return self.folder / f"{key}.state.json"

    def lock_path(self, key: str) -> Path:
        """Give the lock that the child doing the work `key` holds."""
        return self.folder / f"{key}.lock"

    def stop(self) -> None:
        """End all children of this process."""
        for child in list(self._alive.values()):
            with contextlib.suppress(ProcessLookupError):
                child.kill()

    def _start(self, key: str, request: bytes) -> None:
        private_folder(self.folder)
        self._forget_old()
        write_state(
            self.state_path(key), ChildState(state="running", label="starting", at=time.time())
        )
        child = subprocess.Popen(
            self.argv, env=self.environ, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        self._alive[key] = child
        threading.Thread(target=self._watch, args=(key, child, request), daemon=True).start()

    def _watch(self, key: str, child: "subprocess.Popen[bytes]", request: bytes) -> None:
        """Wait for a child to end, and write down its end where it could not do so itself.

        Its place is given back whatever happens.
        """
        try:
            self._note_end(key, self._wait(key, child, request))
        except OSError as fault:
            log.warning("the end of %s could not be written down: %s", key, fault)
        finally:
            with self._lock:
                self._alive.pop(key, None)

    def _wait(self, key: str, child: "subprocess.Popen[bytes]", request: bytes) -> Fault | None:
        """Wait for a child to end; gives what is wrong with its end."""
        try:
            with contextlib.suppress(BrokenPipeError):
                _send(child, request)
            code = child.wait(self.timeout_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            return _fault(key, f"was not done after {self.timeout_s:g} seconds and was stopped.")
        finally:
            if child.stdin is not None:
                with contextlib.suppress(OSError):
                    child.stdin.close()
        return _ended(key, code) if code else None

    def _note_end(self, key: str, fault: Fault | None) -> None:
        path = self.state_path(key)
        known = find_state(path)
        if fault is None:
            path.unlink(missing_ok=True)
            self.lock_path(key).unlink(missing_ok=True)
        elif known is None or known.state != "failed":
            write_state(path, failed(fault))

    def _forget_old(self) -> None:
        for path in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > OLD_S and not is_held(path):
                    path.unlink()


def _send(child: "subprocess.Popen[bytes]", request: bytes) -> None:
    if child.stdin is not None:
        child.stdin.write(request + b"\n")
        child.stdin.flush()


def _ended(key: str, code: int) -> Fault:
    if code == -9:
        return _fault(key, "was killed by the system: probably there was not enough memory.")
    if code < 0:
        return _fault(key, f"crashed (signal {-code}).")
    return _fault(key, "ended with an error that the server's log shows.")


def _fault(key: str, why: str) -> Fault:
    return Fault(kind="Unavailable", where=key.split("-", maxsplit=1)[0], why=why)

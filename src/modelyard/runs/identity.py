"""Who a process is, among all processes on all machines that share a database."""

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
PID_SPACE = Path("/proc/self/ns/pid")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One process."""

    id: str
    machine: str
    """The same for all processes that run under one kernel."""
    host: str
    pid: int
    detail: Mapping[str, str]
    """The space in which its number counts (containers have their own), and when it began."""


def own_identity() -> Identity:
    """Name this process; each call gives another id."""
    pid, host = os.getpid(), socket.gethostname()
    return Identity(
        id=f"{host[:40]}-{pid}-{secrets.token_hex(4)}",
        machine=machine_id(),
        host=host[:255],
        pid=pid,
        detail={"space": _pid_space(), "began": _began(pid)},
    )


def machine_id() -> str:
    """Name this machine until it is started anew."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return socket.gethostname()[:100]


def is_gone(machine: str, pid: int, detail: Mapping[str, str]) -> bool:
    """Tell whether a process is known to have ended; False where that cannot be seen from here."""
    space = _pid_space()
    if machine != machine_id() or not space or detail.get("space") != space:
        return False
    return _began(pid) != detail.get("began")


def _pid_space() -> str:
    try:
        return str(PID_SPACE.readlink())
    except OSError:
        return ""


def _began(pid: int) -> str:
    """Give the time at which a process began, in the kernel's ticks; empty where there is none.

    A dead process that nobody waited for counts as none.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, UnicodeDecodeError):
        return ""
    return "" if fields[0] in {"Z", "X"} else fields[19]

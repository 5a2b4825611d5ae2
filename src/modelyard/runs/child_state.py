"""How a piece of work in another process stands, as a small file that all processes can read."""

import time
from pathlib import Path
from typing import Literal

import msgspec

from modelyard.private import private_folder
from modelyard.runs.fault import Fault


class ChildState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one piece of work."""

    state: Literal["queued", "running", "failed"]
    done: float = 0.0
    """The share (0 to 1) that is finished."""
    label: str = ""
    at: float = 0.0
    """When this was written, in seconds since 1970."""
    fault: Fault | None = None


QUEUED = ChildState(state="queued", label="waiting for a free place")


def failed(fault: Fault) -> ChildState:
    """Give the state of work that ended with a fault now."""
    return ChildState(state="failed", at=time.time(), fault=fault)


def write_state(path: Path, run: ChildState) -> None:
    """Write a state so that readers see the old one or the new one, never half of one."""
    private_folder(path.parent)
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(msgspec.json.encode(run))
    temporary.replace(path)


def find_state(path: Path) -> ChildState | None:
    """Read a state, or give None where nothing is known."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ChildState)
    except (OSError, msgspec.DecodeError):
        return None

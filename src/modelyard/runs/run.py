"""How a piece of work in another process stands, as a small file that all processes can read."""

import time
from pathlib import Path
from typing import Literal

import msgspec

from modelyard import errors
from modelyard.errors import ModelyardError, Unavailable

FAULTS: dict[str, type[ModelyardError]] = {
    kind.__name__: kind
    for kind in (
        errors.NotFound,
        errors.Invalid,
        errors.Denied,
        errors.Conflict,
        errors.Unavailable,
    )
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, in the words of a ModelyardError."""

    kind: str
    where: str
    why: str
    cure: str = ""

    def to_error(self) -> ModelyardError:
        """Give the error that can be raised again here."""
        return FAULTS.get(self.kind, Unavailable)(self.where, self.why, self.cure)


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one piece of work."""

    state: Literal["queued", "running", "failed"]
    done: float = 0.0
    """The share (0 to 1) that is finished."""
    label: str = ""
    at: float = 0.0
    """When this was written, in seconds since 1970."""
    fault: Fault | None = None


QUEUED = Run(state="queued", label="waiting for a free place")


def fault_of(error: ModelyardError) -> Fault:
    """Turn an error into a value that can be written down."""
    kind = next((name for name, cls in FAULTS.items() if isinstance(error, cls)), "Unavailable")
    return Fault(kind=kind, where=error.where, why=error.why, cure=error.cure)


def failed(fault: Fault) -> Run:
    """Give the state of work that ended with a fault now."""
    return Run(state="failed", at=time.time(), fault=fault)


def write_run(path: Path, run: Run) -> None:
    """Write a state so that readers see the old one or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(msgspec.json.encode(run))
    temporary.replace(path)


def find_run(path: Path) -> Run | None:
    """Read a state, or give None where nothing is known."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Run)
    except (OSError, msgspec.DecodeError):
        return None

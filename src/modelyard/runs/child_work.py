"""The other side of `child`: what the child process does."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import msgspec

from modelyard.errors import ModelyardError
from modelyard.runs.child import ChildRequest, Told, result_path
from modelyard.runs.fault import Fault, fault_of
from modelyard.runs.kinds import Context, Kind, Shareable, find_kind

OUT_OF_MEMORY = Path("/proc/self/oom_score_adj")
FindKinds = Callable[[str], Mapping[str, Kind]]


def main(find_kinds: FindKinds) -> None:
    """Read the request, do the work, and end the process.

    `find_kinds` gives the kinds for a workspace. What the work prints goes to standard error.
    """
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    request = msgspec.json.decode(sys.stdin.buffer.readline(), type=ChildRequest)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(OSError):
        OUT_OF_MEMORY.write_text("500")  # when memory runs out, this process goes, not its worker
    _tell(told, _last_word(find_kinds, request, told))
    os._exit(0)


def _last_word(find_kinds: FindKinds, request: ChildRequest, told: IO[bytes]) -> Told:
    try:
        return _work(find_kind(find_kinds(request.workspace), request.kind), request, told)
    except ModelyardError as error:
        return Told(fault=fault_of(error))
    except MemoryError:
        why = "needs more memory than there is."
        return Told(fault=Fault(kind="Unavailable", where=request.kind, why=why))
    except BaseException as error:  # noqa: BLE001 (whatever it is, it ends this run alone)
        return Told(fault=unexpected(request.kind, error))


def _work(kind: Kind, request: ChildRequest, told: IO[bytes]) -> Told:
    folder = Path(request.folder)
    context = Context(
        progress=lambda done, label: _tell(told, Told(done=done, label=label)),
        log=lambda text: _tell(told, Told(text=text)),
        is_cancelled=lambda: False,
        folder=folder,
        is_fresh=request.is_fresh,
        run_id=request.run_id,
        started_by=request.started_by,
        started_by_id=request.started_by_id,
    )
    if request.is_help:
        made = kind.help(request.request, context) if isinstance(kind, Shareable) else 0
        return Told(files=(), passport={"made": made})
    outcome = kind.work(request.request, context)
    result_path(folder).write_bytes(outcome.result)
    files = tuple(
        {"name": file.name, "media_type": file.media_type, "path": str(file.path)}
        for file in outcome.files
    )
    return Told(files=files, passport=dict(outcome.passport))


def unexpected(kind: str, error: BaseException) -> Fault:
    """Put an error that nobody foresaw into words."""
    said = " ".join(str(error).split())[:300].rstrip(". ") or "no more was said"
    return Fault(kind="Unavailable", where=kind, why=f"{type(error).__name__}: {said}.")


def _tell(told: IO[bytes], word: Told) -> None:
    with contextlib.suppress(OSError):
        told.write(msgspec.json.encode(word) + b"\n")
        told.flush()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(3)

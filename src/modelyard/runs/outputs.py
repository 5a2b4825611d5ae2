"""What the work of a run gives, on its way into the database and the store."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from modelyard.blobs import Blobs
from modelyard.errors import Invalid
from modelyard.runs.child import Child, ChildRequest, Told, result_path
from modelyard.runs.execution import Execution
from modelyard.runs.fault import Fault
from modelyard.runs.kinds import Context, Kind, Settling
from modelyard.runs.run import Run, RunFile

MOST_RESULT_BYTES = 64 * 1024 * 1024


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the work: it can be remembered as JSON until the run is ended."""

    result: str = ""
    files: tuple[RunFile, ...] = ()
    passport: dict[str, Any] = {}
    fault: Fault | None = None
    why: str = ""
    """Why it ended early, where it did."""


def do_in_thread(kind: Kind, execution: Execution, folder: Path, blobs: Blobs) -> Done:
    """Do quick work here; raises what the work raises."""
    context = Context(
        progress=execution.progress,
        log=execution.log,
        is_cancelled=execution.is_ended,
        folder=folder,
        run_id=execution.run.id,
        started_by=execution.run.started_by,
        started_by_id=execution.run.started_by_id,
    )
    outcome = kind.work(execution.run.request, context)
    files = [
        _kept(blobs, execution.run, file.name, file.media_type, file.path) for file in outcome.files
    ]
    return _done(execution.run, outcome.result, files, dict(outcome.passport))


def do_in_child(
    child: Child, workspace: str, execution: Execution, folder: Path, blobs: Blobs
) -> Done:
    """Do heavy work in a child process; it is killed when the execution is to end."""
    run = execution.run

    def hear(told: Told) -> None:
        if told.text is not None:
            execution.log(told.text)
        else:
            execution.progress(told.done, told.label)

    request = ChildRequest(
        workspace=workspace,
        kind=run.kind,
        request=dict(run.request),
        folder=str(folder),
        run_id=run.id,
        started_by=run.started_by,
        started_by_id=run.started_by_id,
    )
    last = child.do(request, hear, execution.is_ended)
    if last.fault is not None or last.files is None:
        return Done(fault=last.fault)
    files = [
        _kept(blobs, run, entry["name"], entry["media_type"], Path(entry["path"]))
        for entry in last.files
    ]
    return _done(run, result_path(folder).read_bytes(), files, last.passport)


def settled(kind: Kind, execution: Execution, done: Done) -> Done:
    """Put a result to use, where its kind does so and the run is still in our hands.

    Raises what `settle` raises.
    """
    if not isinstance(kind, Settling) or done.fault is not None:
        return done
    execution.progress(0.97, "putting it to use")
    execution.flush()
    if execution.why:
        return done
    run = execution.run
    result = kind.settle(run.id, run.request, done.result.encode())
    return msgspec.structs.replace(done, result=result.decode())


def remove_leftovers(blobs: Blobs, run_id: str, done: Done) -> None:
    """Remove what earlier attempts left in the store and nobody knows of."""
    used = {file.blob for file in done.files}
    for name in blobs.names(f"runs/{run_id}"):
        if name not in used:
            blobs.delete(name)


def _done(run: Run, result: bytes, files: list[RunFile], passport: dict[str, Any]) -> Done:
    if len(result) > MOST_RESULT_BYTES:
        raise Invalid(run.kind, "gave a result of more than 64 MiB.", "Give it as a file.")
    return Done(result=result.decode(), files=tuple(files), passport=passport)


def _kept(blobs: Blobs, run: Run, name: str, media_type: str, path: Path) -> RunFile:
    blob = f"runs/{run.id}/{run.attempt}/{name}"
    blobs.write_file(blob, path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    return RunFile(name=name, media_type=media_type, bytes=size, digest=digest, blob=blob)

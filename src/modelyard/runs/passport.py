"""The passport of a run: all that it takes to recompute its result and to compare."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from modelyard.runs.canonical import digest_of, digest_of_json
from modelyard.runs.run import Run, RunFile


def complete(
    given: Mapping[str, Any], run: Run, ended_at: datetime, result: bytes, files: Sequence[RunFile]
) -> dict[str, Any]:
    """Join what the work says of its inputs and versions with what is known of the run."""
    return {
        "kind": run.kind,
        "parameters": dict(run.request),
        **given,
        "started_by": run.started_by or (f"schedule {run.schedule}" if run.schedule else ""),
        "worker": run.worker,
        "attempt": run.attempt,
        "began_at": "" if run.began_at is None else run.began_at.isoformat(),
        "ended_at": ended_at.isoformat(),
        "result": {"sha256": result_digest(result), "bytes": len(result)},
        "files": {file.name: {"sha256": file.digest, "bytes": file.bytes} for file in files},
    }


def result_digest(result: bytes) -> str:
    """Give the digest of a JSON document, however it is written; of the bytes where it is none."""
    try:
        return digest_of_json(result)
    except (ValueError, RecursionError):
        return digest_of(result)

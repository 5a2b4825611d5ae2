"""A worker process for what-if models: takes questions one at a time, until who asks is gone."""

import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import msgspec

from modelyard.errors import ModelyardError, Unavailable
from modelyard.processes.frames import read_frame, write_frame
from modelyard.processes.inside import end_with_parent, limit_memory, own_pipes
from modelyard.runs.fault import Fault, fault_of
from modelyard.scenarios.answering import Models, answer
from modelyard.scenarios.asked import Question

TELL_EVERY_S = 0.2


def main(folder: str, memory_bytes: str) -> None:
    """Answer questions on standard input until it is closed."""
    ears, mouth = own_pipes()
    end_with_parent()
    limit_memory(int(memory_bytes))
    models = Models(Path(folder))
    write_frame(mouth, b"H")
    while True:
        try:
            _, content = read_frame(ears)
        except EOFError:
            return
        _answer(models, msgspec.msgpack.decode(content, type=Question), mouth)


def _answer(models: Models, asked: Question, mouth: int) -> None:
    told_at = 0.0

    def progress(done: float, label: str) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= TELL_EVERY_S:
            told_at = time.monotonic()
            write_frame(mouth, b"P", json.dumps([done, label]).encode())

    try:
        found, file = answer(models, asked, progress)
        content = json.dumps(found).encode()
    except ModelyardError as fault:
        write_frame(mouth, b"K", msgspec.json.encode(fault_of(fault)))
    except BaseException as error:  # noqa: BLE001 (user code may raise anything, SystemExit too)
        write_frame(mouth, b"K", msgspec.json.encode(_words(asked, error)))
    else:
        write_frame(mouth, b"A", content)
        write_frame(mouth, b"B", file)


def _words(asked: Question, error: BaseException) -> Fault:
    where: Any = asked.spec.file or f"scenarios/{asked.spec.name}"
    if isinstance(error, MemoryError):
        return fault_of(Unavailable(where, "needs more memory than it may take."))
    if isinstance(error, SystemExit):
        return fault_of(Unavailable(where, "ends the process, which a model may not."))
    sys.stderr.write(traceback.format_exc())
    said = " ".join(str(error).split())[:300] or "no more was said"
    return fault_of(Unavailable(where, f"{type(error).__name__}: {said}."))


if __name__ == "__main__":
    main(*sys.argv[1:])

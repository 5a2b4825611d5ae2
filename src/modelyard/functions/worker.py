"""A worker process: takes calls from the process above, one at a time, until that is gone."""

import traceback
from collections.abc import Iterable
from typing import Any

import msgspec

from modelyard.errors import ModelyardError
from modelyard.functions.faults import RequestFault
from modelyard.functions.fitting import Callee, Givers, fit
from modelyard.functions.modules import Modules
from modelyard.functions.outcome import Outcome, sort_out, to_json_bytes
from modelyard.functions.processes import Job, job_of
from modelyard.processes.frames import read_frame, write_frame
from modelyard.processes.inside import end_with_parent, limit_memory, own_pipes
from modelyard.runs.fault import fault_of


def work(modules: Modules, givers: Givers, memory_bytes: int) -> None:
    """Answer calls on standard input until it is closed.

    What functions print goes to the log: standard output is for answers only.
    """
    ears, mouth = own_pipes()
    end_with_parent()
    limit_memory(memory_bytes)
    callees: dict[Any, Callee] = {}
    write_frame(mouth, b"H")
    while True:
        try:
            _, content = read_frame(ears)
        except EOFError:
            return
        job: Job = job_of(content)
        if modules.has_changed():
            modules.forget()
            callees.clear()
        _answer(job, modules, givers, callees, mouth)


def _answer(
    job: Job, modules: Modules, givers: Givers, callees: dict[Any, Callee], mouth: int
) -> None:
    """Make one call, and write what came of it."""
    try:
        outcome = sort_out(_callee(job, modules, givers, callees).call(job.values, job.asker))
        if outcome.sort == "stream":
            _write_stream(outcome, mouth)
            return
        letter, content = b"O", msgspec.msgpack.encode(_portable(outcome))
    except RequestFault as error:
        parts = (error.place, error.parameter, error.rule, error.why, error.cure)
        letter, content = b"R", msgspec.msgpack.encode(parts)
    except ModelyardError as error:
        letter, content = b"K", msgspec.msgpack.encode(fault_of(error))
    except BaseException:  # noqa: BLE001 (user code may raise anything, SystemExit too)
        letter, content = b"X", traceback.format_exc().encode()
    write_frame(mouth, letter, content)


def _callee(job: Job, modules: Modules, givers: Givers, callees: dict[Any, Callee]) -> Callee:
    key = (job.controller, job.function, job.offers)
    if key not in callees:
        module = modules.load(job.controller)
        callees[key] = fit(getattr(module, job.function, None), job.offers, givers, job.place)
    return callees[key]


def _write_stream(outcome: Outcome, mouth: int) -> None:
    head = Outcome("stream", None, outcome.status, outcome.headers)
    write_frame(mouth, b"S", msgspec.msgpack.encode(head))
    parts: Iterable[bytes] = outcome.content
    try:
        for part in parts:
            write_frame(mouth, b"C", part)
    except BrokenPipeError:
        raise SystemExit from None
    except BaseException:  # noqa: BLE001 (user code may raise anything)
        write_frame(mouth, b"X", traceback.format_exc().encode())
        return
    write_frame(mouth, b"E")


def _portable(outcome: Outcome) -> Outcome:
    """Give an outcome that can be written: values as JSON has them, files by their path."""
    content = outcome.content
    if outcome.sort == "value":
        content = msgspec.json.decode(to_json_bytes(content))
    elif outcome.sort == "file":
        content = str(content)
    return Outcome(outcome.sort, content, outcome.status, outcome.headers)

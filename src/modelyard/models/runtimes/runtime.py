"""The promise that every way of serving a model keeps."""

import threading
from collections.abc import Callable
from typing import Protocol

import msgspec

from modelyard.models.description import Converted, Description, Outcome, Plan, RuntimeName
from modelyard.models.rows import Rows


class Runtime(Protocol):
    """Something that answers for one model. Threads may share it."""

    def predict(self, rows: Rows) -> Outcome:
        """Answer a batch; raises Invalid where the model refuses it, Unavailable where it broke."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


def open_runtime(
    description: Description,
    content: bytes,
    original: bytes = b"",
    *,
    workers: int = 1,
    unconfined_ok: bool = False,
) -> Runtime:
    """Open what opening a model file gave.

    `content` is the converted model, or the original file where it was not converted; `original` is
    needed where rows with missing values go to it. `workers` are the processes for an original.
    Raises Invalid where the content does not fit, and Unavailable where the library for it is not
    installed.
    """
    plan = description.plan
    if plan.missing_by == "same":
        return _open(description, content, workers, unconfined_ok)
    complete = msgspec.structs.replace(description, plan=_alone(plan, plan.runtime))
    missing = msgspec.structs.replace(description, plan=_alone(plan, plan.missing_by))
    rest = original
    if plan.missing_by == "treelite":
        both = msgspec.msgpack.decode(content, type=Converted)
        content, rest = both.complete, both.missing
    return Divided(
        _open(complete, content, workers, unconfined_ok),
        lambda: _open(missing, rest, workers, unconfined_ok),
    )


class Divided:
    """Two runtimes of one model: the second, opened when it is needed, for missing values."""

    def __init__(self, complete: Runtime, open_missing: Callable[[], Runtime]) -> None:
        self._complete = complete
        self._open_missing = open_missing
        self._missing: Runtime | None = None
        self._lock = threading.Lock()

    def predict(self, rows: Rows) -> Outcome:
        """Answer a batch by the one or the other."""
        if not rows.has_missing:
            return self._complete.predict(rows)
        with self._lock:
            if self._missing is None:
                self._missing = self._open_missing()
        return self._missing.predict(rows)

    def close(self) -> None:
        """Give back what both hold."""
        self._complete.close()
        if self._missing is not None:
            self._missing.close()


def _alone(plan: Plan, runtime: RuntimeName) -> Plan:
    rounds = plan.rounds or runtime == "treelite"
    return msgspec.structs.replace(plan, runtime=runtime, missing_by="same", rounds=rounds)


def _open(description: Description, content: bytes, workers: int, unconfined_ok: bool) -> Runtime:
    if description.plan.runtime == "onnx":
        from modelyard.models.runtimes.onnx import OnnxRuntime

        return OnnxRuntime(description, content)
    if description.plan.runtime == "treelite":
        from modelyard.models.runtimes.trees import TreeRuntime

        return TreeRuntime(description, content)
    from modelyard.models.runtimes.process import ProcessRuntime

    return ProcessRuntime(description, content, workers=workers, unconfined_ok=unconfined_ok)

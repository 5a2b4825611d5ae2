"""The promise that every way of serving a model keeps."""

from typing import Protocol

from modelyard.models.description import Description, Outcome
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
    *,
    workers: int = 1,
    unconfined_ok: bool = False,
) -> Runtime:
    """Open what opening a model file gave: the converted model, or the original file.

    `workers` are the processes for a model that was not converted. Raises Invalid where the content
    does not fit, and Unavailable where the library for it is not installed.
    """
    if description.plan.runtime == "onnx":
        from modelyard.models.runtimes.onnx import OnnxRuntime

        return OnnxRuntime(description, content)
    if description.plan.runtime == "treelite":
        from modelyard.models.runtimes.trees import TreeRuntime

        return TreeRuntime(description, content)
    from modelyard.models.runtimes.process import ProcessRuntime

    return ProcessRuntime(description, content, workers=workers, unconfined_ok=unconfined_ok)

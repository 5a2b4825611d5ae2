"""The estimators inside an estimator, and making them fit for the jail. Only in the jail."""

from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

from modelyard.errors import Invalid

MOST_PARTS = 200_000
DEEPEST = 8
PLAIN = (str, int, float, bool, bytes, type(None), type, FunctionType, ModuleType)


def walk(root: Any) -> Iterator[Any]:
    """Give an estimator and everything inside it that has attributes, each once."""
    seen: set[int] = set()
    waiting = [root]
    while waiting and len(seen) < MOST_PARTS:
        part = waiting.pop()
        if id(part) in seen or isinstance(part, PLAIN):
            continue
        seen.add(id(part))
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list | tuple | set):
            waiting += part
        elif hasattr(part, "ravel"):
            waiting += part.ravel().tolist() if part.dtype.kind == "O" else ()
        else:
            yield part
            waiting += getattr(part, "__dict__", {}).values()
    if waiting:
        raise Invalid("model", f"is made of more than {MOST_PARTS} parts.")


def make_steady(root: Any) -> None:
    """Have an estimator work alone, by position, and on arrays.

    One thread; columns chosen by number instead of by name, so that no table library is needed;
    arrays between the steps.
    """
    for part in walk(root):
        attributes = getattr(part, "__dict__", {})
        if attributes.get("n_jobs") not in (None, 1):
            part.n_jobs = 1
        attributes.pop("_sklearn_output_config", None)
        if type(part).__name__ == "ColumnTransformer" and "transformers_" in attributes:
            _by_position(part)


def _by_position(transformer: Any) -> None:
    indices = getattr(transformer, "_transformer_to_input_indices", None)
    if indices is None:
        return
    transformer.transformers_ = [
        (name, chosen, _positions(columns, indices.get(name)))
        for name, chosen, columns in transformer.transformers_
    ]


def _positions(columns: Any, indices: Any) -> Any:
    if indices is None:
        return columns
    numbers = [int(index) for index in indices]
    return numbers[0] if isinstance(columns, str | int) and len(numbers) == 1 else numbers


def tree_of(part: Any) -> Any:
    """Give the tree of a decision tree, None where a part is none."""
    tree = getattr(part, "tree_", None)
    return tree if type(tree).__name__ == "Tree" else None


def innermost(estimator: Any) -> Any:
    """Give the estimator inside wrappers that only chose or kept it."""
    for _ in range(DEEPEST):
        inner = getattr(estimator, "best_estimator_", None)
        if inner is None and type(estimator).__name__ == "FrozenEstimator":
            inner = estimator.estimator
        if inner is None:
            break
        estimator = inner
    return estimator


def steps_of(estimator: Any) -> list[Any]:
    """Give the working steps of a pipeline, or the estimator alone."""
    steps = getattr(innermost(estimator), "steps", None)
    if not isinstance(steps, list):
        return [innermost(estimator)]
    flat: list[Any] = []
    for _, step in steps:
        if step is not None and not isinstance(step, str):
            flat += steps_of(step)
    return flat

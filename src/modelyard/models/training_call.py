"""Calling the function that trains: trusted code of the workspace, in a process of its own."""

import contextlib
import hashlib
import inspect
import io
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from modelyard.errors import Invalid, ModelyardError
from modelyard.models.naming import ENDINGS
from modelyard.workspace.training import TrainConfig

LoadModule = Callable[[str], ModuleType]


class Lines(io.TextIOBase):
    """What is printed, a line at a time."""

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self._rest = ""

    def write(self, text: str) -> int:
        """Tell every line that is whole."""
        *whole, self._rest = (self._rest + text).split("\n")
        for line in whole:
            if line.strip():
                self._log(line.rstrip()[:2000])
        return len(text)


def call(
    root: Path, load: LoadModule, config: TrainConfig, rows: Any, log: Callable[[str], None]
) -> Any:
    """Call the function with the rows and its parameters; gives what it gives.

    It is given `target`, `features` and `seed` too where it has arguments of these names. Raises
    Invalid, with the line in the workspace, for whatever it raises.
    """
    module_name, _, name = config.function.partition(":")
    function = getattr(load(module_name), name, None)
    if not callable(function):
        raise Invalid(f"module {module_name}", f"has no function '{name}'.")
    arguments = _offered(function, config) | config.parameters
    _set_seed(config.seed)
    try:
        with contextlib.redirect_stdout(Lines(log)):
            return function(rows, **arguments)
    except (ModelyardError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 (user code may raise anything)
        raise _failure(root, config.function, error) from None


def save(estimator: Any, folder: Path, name: str) -> Path:
    """Write what the function gave as a model file; a path of one is taken as it is.

    Raises Invalid for what is neither.
    """
    if isinstance(estimator, Path):
        if not estimator.is_file() or not estimator.name.lower().endswith(ENDINGS):
            raise Invalid("training", f"gave '{estimator.name}', which is no model file.")
        return estimator
    if not hasattr(estimator, "predict"):
        kind = type(estimator).__name__
        raise Invalid(
            "training", f"gave a {kind}: it has no 'predict'.", "Give a fitted estimator."
        )
    import joblib

    path = folder / f"{name}.joblib"
    try:
        joblib.dump(estimator, path)
    except Exception as error:  # noqa: BLE001 (whatever is in the estimator may refuse)
        said = " ".join(str(error).split())[:300]
        raise Invalid("training", f"gave what cannot be saved: {said}.") from None
    return path


def code_digests(root: Path) -> dict[str, str]:
    """Give the SHA-256 of every file of the workspace that is imported."""
    found = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        path = Path(file) if isinstance(file, str) else None
        if path is not None and path.is_relative_to(root) and path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[path.relative_to(root).as_posix()] = digest
    return dict(sorted(found.items()))


def _offered(function: Callable[..., Any], config: TrainConfig) -> dict[str, Any]:
    offered = {"target": config.target, "features": list(config.features), "seed": config.seed}
    try:
        named = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    return {name: value for name, value in offered.items() if name in named}


def _set_seed(seed: int) -> None:
    import numpy as np

    random.seed(seed)
    np.random.seed(seed)


def _failure(root: Path, function: str, error: BaseException) -> Invalid:
    place, trace = function, error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_absolute() and file.is_relative_to(root):
            place = f"{file.relative_to(root).as_posix()}, line {trace.tb_lineno}"
        trace = trace.tb_next
    said = " ".join(str(error).split())[:300].rstrip(". ") or "no more was said"
    return Invalid(place, f"{type(error).__name__}: {said}.")

"""Unpickling with nothing but the objects that were looked up beforehand. Only in the jail."""

import io
import warnings
from typing import Any

from modelyard.errors import Invalid
from modelyard.models.artefact.allowed import Pair


def load(content: bytes, known: dict[Pair, Any]) -> Any:
    """Load a decompressed joblib file or pickle; a name outside `known` is refused.

    Raises Invalid where a name is refused or the file does not fit the libraries that are here.
    """
    from joblib.numpy_pickle import NumpyUnpickler

    class Loader(NumpyUnpickler):  # type: ignore[misc]
        def find_class(self, module: str, name: str) -> Any:
            if (module, name) not in known:
                raise Invalid("model", f"wants to import {module}.{name}, which is not allowed.")
            return known[module, name]

    stream = io.BytesIO(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Loader("model", stream, ensure_native_byte_order=True).load()


def refuse_old_joblib() -> None:
    """Raise Invalid where joblib lets pickles inside arrays past the list of names."""
    import joblib

    major, minor = (int(part) for part in joblib.__version__.split(".")[:2])
    if (major, minor) < (1, 6):
        raise Invalid(
            "joblib", f"{joblib.__version__} is too old to open models safely.", "Install 1.6."
        )

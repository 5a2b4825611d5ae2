"""Faults of engines in a person's words."""

import contextlib
from collections.abc import Iterator

from modelyard.datasets.faults import first_line
from modelyard.errors import Invalid, ModelyardError, Unavailable

GONE = ("Connection", "Operational", "Interface", "Unavailable", "Timeout", "IOException")
"""Parts of the names of errors that say that an engine cannot be reached at the moment."""
LACKING = ("NotImplemented", "OperationNotDefined", "Unsupported")


@contextlib.contextmanager
def reading_from(where: str) -> Iterator[None]:
    """Turn what an engine raises into Invalid or Unavailable; each has errors of its own."""
    try:
        yield
    except ModelyardError:
        raise
    except ImportError as fault:
        raise Unavailable(
            where,
            f"the library for this engine is not installed: {first_line(fault)}.",
            'Install "modelyard[engines]" (or "modelyard[spark]" for Spark).',
        ) from None
    except Exception as fault:  # noqa: BLE001 (engines share no class of errors)
        raise _in_words(where, fault) from None


def _in_words(where: str, fault: Exception) -> ModelyardError:
    name = " ".join(kind.__name__ for kind in type(fault).__mro__[:-3])
    if isinstance(fault, OSError) or any(part in name for part in GONE):
        return Unavailable(where, f"the engine cannot be asked: {first_line(fault)}.")
    if any(part in name for part in LACKING):
        return Invalid(where, f"the engine cannot do that: {first_line(fault)}.")
    return Invalid(where, f"the engine refused: {first_line(fault)}.")

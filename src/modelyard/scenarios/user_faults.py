"""What an author's code raised, in words, with the line where it happened."""

import traceback
from decimal import InvalidOperation
from decimal import Overflow as DecimalOverflow
from pathlib import Path

from modelyard.errors import Invalid, ModelyardError

LONGEST = 300


def fault_of(file: str, path: Path | None, error: BaseException) -> ModelyardError:
    """Give the fault for an exception of a model; a fault that is in words already stays."""
    if isinstance(error, ModelyardError):
        return error
    line = _line(path, error)
    return Invalid(f"{file}, line {line}" if line else file, _words(error))


def _line(path: Path | None, error: BaseException) -> int | None:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame.lineno for frame in frames if path and frame.filename == str(path)]
    return own[-1] if own else None


MEANINGS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ZeroDivisionError,), "divides by zero."),
    ((OverflowError, DecimalOverflow), "a number is too large: it overflowed."),
    (
        (InvalidOperation,),
        "a decimal operation has no result, such as 0 / 0 or too many digits.",
    ),
    ((RecursionError,), "calls itself too deeply."),
    ((MemoryError,), "needs more memory than there is."),
    ((SystemExit,), "ends the process, which a model may not."),
)


def _words(error: BaseException) -> str:
    for kinds, meaning in MEANINGS:
        if isinstance(error, kinds):
            return meaning
    try:
        text = " ".join(str(error).split())[:LONGEST]
    except Exception:  # noqa: BLE001 (an author's exception may fail to write itself)
        text = ""
    return f"{type(error).__name__}: {text}".rstrip(": ") + "."

"""Polars' errors in a person's words: which dataset, what is wrong, what to do."""

import contextlib
import errno
import gzip
import re
import zlib
from collections.abc import Iterator

import polars as pl
from polars import exceptions as polars_errors

from modelyard.datasets.copies import no_room
from modelyard.errors import Invalid, ModelyardError, NotFound, Unavailable

LONGEST = 300
FOLDERS = re.compile(r"(?<![\w:/])/(?:[^\s/:'\"]+/)+")
"""The folders of an absolute path: where files lie on the server is nobody's business."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")


@contextlib.contextmanager
def reading(where: str) -> Iterator[None]:
    """Turn what is raised while `where` is read into Invalid, NotFound or Unavailable."""
    try:
        yield
    except OSError as fault:
        raise in_words(where, fault) from None
    except (EOFError, zlib.error):
        raise Invalid(where, "the compressed file is cut off or damaged.", "Copy it again.") from (
            None
        )
    except UnicodeError as fault:
        raise Invalid(where, f"is not in the stated encoding: {fault}.") from None
    except (polars_errors.PolarsError, polars_errors.PanicException) as fault:
        raise _polars_in_words(where, fault) from None


def in_words(where: str, fault: OSError) -> ModelyardError:
    """Say what the system could not do with the files of `where`."""
    if isinstance(fault, FileNotFoundError):
        return NotFound(where, "the file was removed while it was read.")
    if isinstance(fault, gzip.BadGzipFile):
        return Invalid(where, "is named .gz and is no gzip file.", "Name it as what it is.")
    number = _number_of(fault)
    if number is None and not _is_far(fault):
        return Invalid(where, f"is cut off or damaged: {first_line(fault)}.", "Copy it again.")
    return no_room(where) if number in NO_ROOM else _unavailable(where, fault)


def _unavailable(where: str, fault: OSError) -> Unavailable:
    if isinstance(fault, PermissionError):
        return Unavailable(where, "the file may not be read by this user.")
    if _is_far(fault):
        return Unavailable(where, "the store cannot be reached at the moment.")
    return Unavailable(where, f"cannot be read: {first_line(fault)}.")


def _is_far(fault: OSError) -> bool:
    """Tell whether it was a store over the network that failed."""
    return isinstance(fault, ConnectionError | TimeoutError) or "object-store" in str(fault)


def first_line(fault: BaseException) -> str:
    """Give the first line of an error's text, without folders' names and the last full stop."""
    text = str(fault).strip() or type(fault).__name__
    return FOLDERS.sub("", text.splitlines()[0])[:LONGEST].rstrip(". ")


def collect(where: str, frame: pl.LazyFrame) -> pl.DataFrame:
    """Compute a lazy frame, with faults in words."""
    with reading(where):
        return frame.collect()


def _polars_in_words(where: str, fault: BaseException) -> ModelyardError:
    if _number_of(fault) in NO_ROOM:
        return no_room(where)
    if isinstance(fault, polars_errors.NoDataError):
        return Invalid(where, "the file is empty.")
    if isinstance(fault, polars_errors.DuplicateError):
        why = f"two columns have the same name: {first_line(fault)}."
        return Invalid(where, why, "Rename one of them in the file.")
    if isinstance(fault, polars_errors.SchemaError):
        return Invalid(where, f"its parts do not have the same columns: {first_line(fault)}.")
    return Invalid(
        where,
        f"cannot be read: {first_line(fault)}.",
        "Is the file whole and of the format that its ending says?",
    )


def _number_of(fault: BaseException) -> int | None:
    """Give the system's number of an error; Polars has it in the text only."""
    found = SYSTEM_ERROR.search(str(fault))
    return int(found[1]) if found else getattr(fault, "errno", None)

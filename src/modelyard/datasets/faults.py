"""Polars' errors in a person's words: which dataset, what is wrong, what to do."""

import contextlib
import re
from collections.abc import Iterator

import polars as pl
from polars import exceptions as polars_errors

from modelyard.errors import Invalid, NotFound, Unavailable

LONGEST = 300
FOLDERS = re.compile(r"(?<![\w:/])/(?:[^\s/:'\"]+/)+")
"""The folders of an absolute path: where files lie on the server is nobody's business."""


@contextlib.contextmanager
def reading(where: str) -> Iterator[None]:
    """Turn what Polars raises while it reads `where` into Invalid, NotFound or Unavailable."""
    try:
        yield
    except FileNotFoundError:
        raise NotFound(where, "the file was removed while it was read.") from None
    except PermissionError:
        raise Unavailable(where, "the file may not be read by this user.") from None
    except polars_errors.NoDataError:
        raise Invalid(where, "the file is empty.") from None
    except polars_errors.DuplicateError as fault:
        raise Invalid(
            where,
            f"two columns have the same name: {first_line(fault)}.",
            "Rename one of them in the file.",
        ) from None
    except polars_errors.SchemaError as fault:
        raise Invalid(where, f"its parts do not have the same columns: {first_line(fault)}.") from (
            None
        )
    except OSError as fault:
        raise Unavailable(where, f"cannot be read: {first_line(fault)}.") from None
    except (polars_errors.PolarsError, polars_errors.PanicException) as fault:
        raise Invalid(
            where,
            f"cannot be read: {first_line(fault)}.",
            "Is the file whole and of the format that its ending says?",
        ) from None


def first_line(fault: BaseException) -> str:
    """Give the first line of an error's text, without folders' names and the last full stop."""
    text = str(fault).strip() or type(fault).__name__
    return FOLDERS.sub("", text.splitlines()[0])[:LONGEST].rstrip(". ")


def collect(where: str, frame: pl.LazyFrame) -> pl.DataFrame:
    """Compute a lazy frame, with faults in words."""
    with reading(where):
        return frame.collect()

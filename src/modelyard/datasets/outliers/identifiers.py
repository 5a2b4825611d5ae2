"""Telling identifiers from measurements, among columns of integers.

A number that names a row says nothing about it, but a measured column must never be taken for
one. So the table must have more than a thousand rows, nearly all values must differ, and either
the name or the spacing must speak for it too.
"""

import re

import polars as pl

LEAST_ROWS = 1_000
NEARLY_ALL = 0.99
LOOSEST_COUNTER = 1.5
"""A counter may lack every third number, where rows were deleted."""
LOOSEST_NUMBERING = 10.0
SURE_NAMES = frozenset({"id", "ids", "uuid", "guid", "pk", "rowid", "identifier"})
LIKELY_NAMES = frozenset({"no", "nr", "number", "key"})
"""As the last of several words (`invoice_no`) sure enough, where all values differ."""
POSSIBLE_NAMES = LIKELY_NAMES | {"num", "index", "idx"}
"""With these the values must look like a numbering too: `price_index` is a measurement."""
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def why_identifier(series: pl.Series) -> str | None:
    """Say why a column names rows rather than measures them; None where it may well measure."""
    rows = len(series)
    if rows <= LEAST_ROWS or not series.dtype.is_integer() or series.null_count():
        return None
    distinct = series.n_unique()
    words = words_of(series.name)
    if words[-1] in SURE_NAMES and distinct >= NEARLY_ALL * rows:
        return "An identifier: its name says so, and its values differ from row to row."
    if distinct == rows and _is_counter(series):
        return "An identifier: it counts the rows."
    if distinct == rows and _is_named_number(words, series):
        return "An identifier: it numbers the rows, by its name and its values."
    return None


def words_of(name: str) -> list[str]:
    """Divide a name such as `accessionNumber`, `user_id` or `INVOICE NO`; never into none."""
    return [word.lower() for word in WORDS.findall(name)] or [""]


def _is_named_number(words: list[str], series: pl.Series) -> bool:
    """Tell whether the name of a column of different integers makes it a numbering."""
    if len(words) > 1 and words[-1] in LIKELY_NAMES:
        return True
    return words[-1] in POSSIBLE_NAMES and _is_numbering(series)


def _is_counter(series: pl.Series) -> bool:
    """Tell whether different integers go only up or only down, with few gaps."""
    if not (series.is_sorted() or series.is_sorted(descending=True)):
        return False
    return _span(series) <= LOOSEST_COUNTER * len(series)


def _is_numbering(series: pl.Series) -> bool:
    """Tell whether different integers lie close together or have the same count of digits."""
    if _span(series) <= LOOSEST_NUMBERING * len(series):
        return True
    low, high = _ends(series)
    return low > 0 and len(str(low)) == len(str(high))


def _span(series: pl.Series) -> int:
    low, high = _ends(series)
    return high - low + 1


def _ends(series: pl.Series) -> tuple[int, int]:
    return int(str(series.min())), int(str(series.max()))

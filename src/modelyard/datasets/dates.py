"""Finding dates and times among the text columns of a CSV file."""

import re

import polars as pl

PEEKED_ROWS = 200
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?P<gap>[T ])\d{2}:\d{2}(?P<seconds>:\d{2}(\.\d{1,9})?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)


def with_dates(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Turn the text columns that hold ISO 8601 dates or times in every row into such columns.

    A column is tried when its first values look like one, and turned only if all of its values
    can be read; times with an offset become UTC.
    """
    texts = [name for name, dtype in frame.collect_schema().items() if dtype == pl.String]
    if not texts:
        return frame
    first = frame.select(texts).head(PEEKED_ROWS).collect()
    tried = {name: _reader(name, first[name]) for name in texts}
    readers = {name: reader for name, reader in tried.items() if reader is not None}
    if not readers:
        return frame
    lost = frame.select(
        (reader.is_null() & pl.col(name).is_not_null()).any().alias(name)
        for name, reader in readers.items()
    ).collect()
    return frame.with_columns(
        reader.alias(name) for name, reader in readers.items() if not lost[name].item()
    )


def _reader(name: str, first: pl.Series) -> pl.Expr | None:
    """Choose how to read a column by its first values, or None where they are no dates."""
    values = first.drop_nulls().to_list()
    if not values:
        return None
    column = pl.col(name).str
    if all(DAY.fullmatch(value) for value in values):
        return column.to_date("%Y-%m-%d", strict=False)
    shapes = {_shape(value) for value in values}
    if len(shapes) != 1 or None in shapes:
        return None
    gap, seconds, zone = next(iter(shapes)) or ("", False, False)
    pattern = f"%Y-%m-%d{gap}%H:%M" + ("%S".join((":", "%.f")) if seconds else "")
    return column.to_datetime(pattern + ("%#z" if zone else ""), time_unit="us", strict=False)


def _shape(value: str) -> tuple[str, bool, bool] | None:
    found = MOMENT.fullmatch(value)
    if found is None:
        return None
    return found["gap"], found["seconds"] is not None, found["zone"] is not None

"""Finding dates and times among the text columns of a CSV file."""

import re
from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

PEEKED_ROWS = 200
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?P<gap>[T ])\d{2}:\d{2}(?P<seconds>:\d{2}(\.\d{1,9})?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
NANOSECONDS = r"\.\d{7}"


@dataclass(frozen=True)
class Shape:
    """How the moments of one column are written."""

    gap: str
    seconds: bool
    zone: bool

    @property
    def pattern(self) -> str:
        """Give it in the words of strptime."""
        seconds = ":%S%.f" if self.seconds else ""
        return f"%Y-%m-%d{self.gap}%H:%M{seconds}{'%#z' if self.zone else ''}"


@dataclass(frozen=True)
class Reading:
    """How to read a text column as dates or times, and in which rows that would lose something."""

    value: pl.Expr
    loses: pl.Expr


def with_dates(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Turn the text columns that hold ISO 8601 dates or times in every row into such columns.

    A column is tried when its first values look like one, and turned only if all of its values
    can be read and none loses digits; times with an offset become UTC.
    """
    texts = [name for name, dtype in frame.collect_schema().items() if dtype == pl.String]
    if not texts:
        return frame
    first = frame.select(cs.by_name(*texts)).head(PEEKED_ROWS).collect()
    tried = {name: _reading(name, first[name]) for name in texts}
    readings = {name: reading for name, reading in tried.items() if reading is not None}
    if not readings:
        return frame
    lost = frame.select(
        reading.loses.any().alias(name) for name, reading in readings.items()
    ).collect()
    return frame.with_columns(
        reading.value.alias(name) for name, reading in readings.items() if not lost[name].item()
    )


def _reading(name: str, first: pl.Series) -> Reading | None:
    """Choose how to read a column by its first values, or None where they are no dates."""
    values = first.drop_nulls().to_list()
    text = cs.by_name(name).as_expr()
    if values and all(DAY.fullmatch(value) for value in values):
        day = text.str.to_date("%Y-%m-%d", strict=False)
        return Reading(day, _unread(text, day))
    shapes = {_shape(value) for value in values}
    shape = shapes.pop() if len(shapes) == 1 else None
    if shape is None:
        return None
    if first.str.contains(NANOSECONDS).any():
        return _nanoseconds(text, shape)
    moment = text.str.to_datetime(shape.pattern, time_unit="us", strict=False)
    return Reading(moment, _unread(text, moment) | text.str.contains(NANOSECONDS))


def _nanoseconds(text: pl.Expr, shape: Shape) -> Reading:
    """Read to the nanosecond, which 64 bits allow from 1678 to 2261 only; Polars goes round."""
    value = text.str.to_datetime(shape.pattern, time_unit="ns", strict=False)
    year = text.str.to_datetime(shape.pattern, time_unit="us", strict=False).dt.year()
    return Reading(value, _unread(text, value) | ~year.is_between(1678, 2261))


def _unread(text: pl.Expr, value: pl.Expr) -> pl.Expr:
    return value.is_null() & text.is_not_null()


def _shape(value: str) -> Shape | None:
    found = MOMENT.fullmatch(value)
    if found is None:
        return None
    return Shape(found["gap"], found["seconds"] is not None, found["zone"] is not None)

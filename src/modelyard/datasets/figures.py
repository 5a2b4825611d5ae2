"""What is known of a table and of each of its columns: values that can be kept and sent."""

import difflib
from typing import ClassVar

import msgspec


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """A value with named parts."""


class Histogram(Frozen, frozen=True, kw_only=True):
    """Counts of values in bins of equal width; bin i holds edges[i] <= value < edges[i + 1].

    The last bin holds its upper edge too. Where a few extreme values would squash the picture,
    the bins span the middle 99 % and `below` and `above` count the rest.
    """

    edges: tuple[float | str, ...]
    """Numbers, or ISO 8601 texts for dates and times."""
    counts: tuple[int, ...]
    below: int = 0
    above: int = 0


class TopValue(Frozen, frozen=True, kw_only=True):
    """A frequent value, cut to 200 characters, and in how many rows it stands."""

    value: str
    count: int


class ColumnFigures(Frozen, frozen=True, kw_only=True):
    """What every kind of column has."""

    name: str
    type: str
    """The column's type in Polars' words."""
    nulls: int
    distinct: int | None
    """Different values, nulls not counted; None where it cannot be told."""
    note: str = ""
    """What a reader must know of these figures."""


class NumberColumn(ColumnFigures, frozen=True, kw_only=True, tag_field="kind", tag="number"):
    """A column of numbers. NaN and infinite values are counted apart and left out of the rest."""

    nan: int = 0
    infinite: int = 0
    mean: float | None = None
    std: float | None = None
    """Sample standard deviation (n - 1)."""
    min: int | float | None = None
    q1: float | None = None
    median: float | None = None
    q3: float | None = None
    """Quartiles interpolate linearly between neighbours (Hyndman and Fan's definition 7)."""
    max: int | float | None = None
    sum: int | float | None = None
    """Exact for integers, however large."""
    skew: float | None = None
    """Adjusted Fisher-Pearson coefficient G1, as in pandas."""
    histogram: Histogram | None = None


class TextColumn(ColumnFigures, frozen=True, kw_only=True, tag_field="kind", tag="text"):
    """A column of text. Lengths are in characters."""

    min: str | None = None
    max: str | None = None
    """First and last value by Unicode code point, cut to 200 characters."""
    length_min: int | None = None
    length_mean: float | None = None
    length_median: float | None = None
    length_max: int | None = None
    top: tuple[TopValue, ...] = ()


class DateColumn(ColumnFigures, frozen=True, kw_only=True, tag_field="kind", tag="date"):
    """A column of dates, times or both, as ISO 8601 texts."""

    min: str | None = None
    median: str | None = None
    max: str | None = None
    histogram: Histogram | None = None


class BooleanColumn(ColumnFigures, frozen=True, kw_only=True, tag_field="kind", tag="boolean"):
    """A column of true and false."""

    true: int = 0
    false: int = 0
    true_share: float | None = None
    """True values as a share (0 to 1) of those that are not null."""


class OtherColumn(ColumnFigures, frozen=True, kw_only=True, tag_field="kind", tag="other"):
    """A column of lists, structures or bytes: only its nulls are counted."""


Column = NumberColumn | TextColumn | DateColumn | BooleanColumn | OtherColumn


class TableStatistics(Frozen, frozen=True, kw_only=True):
    """The figures of a whole table."""

    VERSION: ClassVar[int] = 1

    rows: int
    exact: bool
    method: str
    """How the figures were computed; for approximate ones with which error."""
    seconds: float
    engine: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Give the figures of one column; raises KeyError for an unknown one."""
        for column in self.columns:
            if column.name == name:
                return column
        near = difflib.get_close_matches(name, [column.name for column in self.columns], n=1)
        names = ", ".join(column.name for column in self.columns[:10])
        more = f" and {len(self.columns) - 10} more" if len(self.columns) > 10 else ""
        cure = f"Did you mean '{near[0]}'?" if near else f"There are: {names}{more}."
        raise KeyError(f"there is no column '{name}'. {cure}")

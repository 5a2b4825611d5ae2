"""Reading the text of a filter as a value of the column's type."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from modelyard.errors import Invalid

Reader = Callable[[str], pl.Expr]
TRUTHS = {"true": True, "1": True, "false": False, "0": False}
LONGEST = 1000
"""Characters that a filter's value may have."""
MOST_DIGITS = 38
"""What the widest integer and decimal types hold; a number beyond is compared as a float."""
INTEGERS = ((pl.Int64, -(2**63), 2**63), (pl.UInt64, 0, 2**64), (pl.Int128, -(2**127), 2**127))


def value_of(where: str, text: str, dtype: pl.DataType) -> pl.Expr:
    """Read `text` as a value that can be compared with a column of type `dtype`.

    Times without an offset are in the column's own time zone; lengths of time are in seconds.
    Raises Invalid, naming `where`, for a text that is no such value, and for a column of lists,
    structures or bytes.
    """
    if len(text) > LONGEST:
        raise Invalid(where, f"a value has at most {LONGEST:,} characters.")
    read = _reader_for(dtype)
    if read is None:
        raise Invalid(where, f"values of type {dtype} cannot be compared.", "Use null or notnull.")
    try:
        return read(text.strip())
    except (ValueError, KeyError, OverflowError, InvalidOperation):
        raise Invalid(where, f"'{text[:100]}' is not a value of type {dtype}.") from None


def _reader_for(dtype: pl.DataType) -> Reader | None:
    if dtype.is_integer():
        return _integer
    if dtype.is_float():
        return partial(_float, dtype)
    if dtype.is_decimal():
        return _decimal
    if isinstance(dtype, pl.Datetime):
        return partial(_moment, dtype.time_zone)
    return READERS.get(dtype.base_type())


def _integer(text: str) -> pl.Expr:
    """Read a whole number without rounding it; another number is compared as a float."""
    number = Decimal(text)
    if not _is_short(number) or number != number.to_integral_value():
        return pl.lit(float(text))
    value = int(number)
    kind = next((kind for kind, low, high in INTEGERS if low <= value < high), None)
    return pl.lit(float(value)) if kind is None else pl.lit(value, dtype=kind)


def _float(dtype: pl.DataType, text: str) -> pl.Expr:
    return pl.lit(float(text), dtype=dtype)


def _decimal(text: str) -> pl.Expr:
    value = Decimal(text)
    return pl.lit(value) if _is_short(value) else pl.lit(float(text))


def _is_short(number: Decimal) -> bool:
    """Tell whether a number has so few digits, written out, that working with it is cheap.

    `1e999999` is seven characters, and an integer of a million digits.
    """
    if not number.is_finite():
        return False
    exponent = int(number.as_tuple().exponent)
    return number.adjusted() < MOST_DIGITS and exponent > -MOST_DIGITS


def _boolean(text: str) -> pl.Expr:
    return pl.lit(TRUTHS[text.lower()])


def _moment(zone: str | None, text: str) -> pl.Expr:
    moment = datetime.fromisoformat(text)
    if zone is None and moment.tzinfo is not None:
        raise ValueError("the column has no time zone")
    if zone is None:
        return pl.lit(moment)
    own = ZoneInfo(zone)
    return pl.lit(moment.astimezone(own) if moment.tzinfo else moment.replace(tzinfo=own))


def _seconds(text: str) -> pl.Expr:
    return pl.lit(timedelta(seconds=float(text)))


READERS: dict[type[pl.DataType], Reader] = {
    pl.Boolean: _boolean,
    pl.Date: lambda text: pl.lit(date.fromisoformat(text)),
    pl.Time: lambda text: pl.lit(time.fromisoformat(text)),
    pl.Duration: _seconds,
}

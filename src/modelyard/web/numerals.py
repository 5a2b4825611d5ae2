"""Numbers as people read them: few digits, units, and narrow spaces between thousands."""

from decimal import Decimal
from typing import Final

THIN: Final = "\u202f"
"""A narrow space at which no line breaks."""
NONE: Final = "–"
UNITS = ("kB", "MB", "GB", "TB", "PB")
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
DIGITS = 6


def integer(value: int | None) -> str:
    """Write a whole number exactly; from five digits on in groups of three, so years stay years."""
    if value is None:
        return NONE
    return _grouped(str(value))


def figure(value: float | None) -> str:
    """Write a whole number exactly and any other with six significant digits."""
    if value is None or isinstance(value, int):
        return integer(value)
    size = abs(value)
    if size and not 1e-4 <= size < 1e15:
        return _scientific(value)
    if size >= 10**DIGITS:
        return _grouped(f"{value:.0f}")
    text = f"{value:.{DIGITS}g}"
    return _scientific(value) if "e" in text else _grouped(text)


def share(value: float | None) -> str:
    """Write a share (0 to 1) as per cent; a little is never nothing, and nearly all not all."""
    if value is None:
        return NONE
    if value in {0, 1}:
        return f"{value * 100:.0f}{THIN}%"
    if value < 0.001:
        return f"<0.1{THIN}%"
    if value > 0.999:
        return f">99.9{THIN}%"
    return f"{value * 100:.1f}{THIN}%"


def size(count_bytes: int | None) -> str:
    """Write a count of bytes in units of a thousand."""
    if count_bytes is None:
        return NONE
    if count_bytes < 1000:
        return f"{count_bytes}{THIN}byte" + ("" if count_bytes == 1 else "s")
    value = float(count_bytes)
    for unit in UNITS:
        value /= 1000
        if value < 999.5 or unit == UNITS[-1]:
            break
    return f"{_three_digits(value)}{THIN}{unit}"


def duration(seconds: float | None) -> str:
    """Write a span of time in the unit that suits it."""
    if seconds is None:
        return NONE
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f}{THIN}µs"
    if seconds < 0.9995:
        return f"{_three_digits(seconds * 1000)}{THIN}ms"
    if seconds < 60:
        return f"{_three_digits(seconds)}{THIN}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}{THIN}min {rest}{THIN}s"


def moment(text: str | None) -> str:
    """Write an ISO 8601 date or time for reading; seconds of a whole minute are left out."""
    if text is None:
        return NONE
    day, gap, clock = text.partition("T")
    zone = " UTC" if clock.endswith("+00:00") else ""
    clock = clock.removesuffix("+00:00")
    if clock.count(":") == 2:
        clock = clock.removesuffix(":00")
    return f"{day} {clock}{zone}" if gap else text


def times(ratio: float | None) -> str:
    """Write a ratio as a multiple."""
    return NONE if ratio is None else f"{_three_digits(ratio)}{THIN}×"


def counted(count: int, one: str, many: str = "") -> str:
    """Write a number with its noun."""
    return f"{integer(count)} {one if count == 1 else many or one + 's'}"


def decimals(value: Decimal | float, places: int) -> str:
    """Write an amount with so many decimals, in groups of three digits."""
    text = f"{value:.{places}f}"
    return _grouped(text[1:] if not float(text) and text.startswith("-") else text)


def _three_digits(value: float) -> str:
    if value >= 99.95:
        return _grouped(f"{value:.0f}")
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def _grouped(text: str) -> str:
    whole, dot, rest = text.partition(".")
    digits = whole.lstrip("-")
    if len(digits) < 5:
        return text
    return f"{int(whole):,}".replace(",", THIN) + dot + rest


def _scientific(value: float) -> str:
    mantissa, _, exponent = f"{value:.{DIGITS - 1}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}{THIN}×{THIN}10{str(int(exponent)).translate(SUPERSCRIPTS)}"

"""Numbers as people read them."""

import math

NOTHING = "–"
DIGITS = 6
"""Significant digits of a fraction; whole numbers are always exact."""


def count_text(count: int) -> str:
    """Write a whole number exactly; from five digits on with separators, so 2013 stays a year."""
    return f"{count:,}" if abs(count) >= 10_000 else str(count)


def number_text(value: float | str | None) -> str:
    """Write a figure: whole numbers exactly, fractions with six significant digits."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return count_text(value)
    if not math.isfinite(value) or (value and not 1e-4 <= abs(value) < 1e15):
        return f"{value:.{DIGITS}g}"
    if value.is_integer():
        return count_text(int(value))
    before_point = max(1, math.floor(math.log10(abs(value))) + 1)
    text = f"{value:,.{max(0, DIGITS - before_point)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if abs(value) >= 10_000 else text.replace(",", "")


def bytes_text(size: int) -> str:
    """Write a size in decimal units."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"


def seconds_text(seconds: float) -> str:
    """Write a duration with three digits."""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:,.0f} s"


def ratio_text(ratio: float | None) -> str:
    """Write how many times as much."""
    return NOTHING if ratio is None else f"{ratio:,.1f}×"


def plural(count: int, noun: str) -> str:
    """Write a count with its noun."""
    return f"{count_text(count)} {noun}" + ("" if count == 1 else "s")

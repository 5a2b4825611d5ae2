"""What a number format says of a cell: money, percent, a date, whole numbers."""

import re
from typing import Any

from modelyard.scenarios.workbook.cells import StoredCell

SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
CODE = re.compile(r"\b(USD|EUR|GBP|JPY|CHF|CAD|AUD|SEK|NOK|DKK|PLN|CZK|INR|CNY)\b")
TRUTHS = ("TRUE", "FALSE")


def told_by_format(cell: StoredCell) -> dict[str, Any]:
    """Give kind and unit, as the keys of a parameter."""
    if isinstance(cell.value, bool):
        return {"kind": "choice", "choices": TRUTHS}
    if isinstance(cell.value, str) and not cell.is_error:
        return {"kind": "text"}
    text = cell.number_format
    if cell.is_date:
        return {"kind": "date"}
    unit = currency(text)
    if unit:
        return {"kind": "money", "unit": unit}
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", text)
    if "%" in bare:
        return {"kind": "percent"}
    words = re.findall(r'"([^"]+)"', text.partition(";")[0])
    unit = words[0].strip() if len(words) == 1 else ""
    is_whole = bare.strip() == "0" and isinstance(cell.value, int | float)
    kind = "integer" if is_whole and float(cell.value).is_integer() else "number"
    return {"kind": kind} | ({"unit": unit} if unit else {})


def currency(number_format: str) -> str:
    """Give the currency of a number format, or nothing."""
    bracketed = re.search(r"\[\$([^\]\-]+)", number_format)
    text = bracketed[1] if bracketed else number_format
    for symbol, code in SYMBOLS.items():
        if symbol in text.replace("[$", "["):
            return code
    found = CODE.search(text)
    return found[1] if found else ""

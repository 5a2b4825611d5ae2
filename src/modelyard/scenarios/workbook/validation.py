"""What data validation says of a cell: bounds, whole numbers, choices, help."""

from collections.abc import Callable, Mapping
from typing import Any

from modelyard.scenarios.workbook.cells import Address, Area, Cells, area_of

KINDS = {"whole": "integer", "list": "choice", "date": "date"}
LOW = frozenset({"between", "greaterThan", "greaterThanOrEqual", "equal"})
HIGH = frozenset({"between", "lessThan", "lessThanOrEqual", "equal"})
NOT_BOUNDS = frozenset({"notBetween", "notEqual"})
MOST_CHOICES = 200


def told_by_validation(
    cells: Cells, address: Address, names: Mapping[Address, str], kind: str
) -> tuple[dict[str, Any], str]:
    """Give what validation says, as the keys of a parameter, and a note on what is not kept.

    `names` are the parameters by their cells: a bound may be one of them.
    """
    rule = _rule(cells, address)
    if rule is None:
        return {}, ""
    told: dict[str, Any] = {"help": rule.prompt} if rule.prompt else {}
    if rule.type == "list":
        choices = _choices(cells, address, rule.formula1 or "")
        return told | ({"kind": "choice", "choices": choices} if choices else {}), ""
    if rule.type not in {"whole", "decimal", "date"}:
        return told, f"its validation ({rule.type}) is not kept." if rule.type else ""
    operator = rule.operator or "between"
    if operator in NOT_BOUNDS:
        return told, f"its validation ({operator}) is not kept."
    if rule.type in KINDS:
        told["kind"] = kind = KINDS[rule.type]
    read = _reader(cells, address, names, kind)
    low = read(rule.formula1) if operator in LOW else None
    second = rule.formula2 if operator == "between" else rule.formula1
    high = read(second) if operator in HIGH else None
    told |= {key: edge for key, edge in (("minimum", low), ("maximum", high)) if edge is not None}
    return told, _note(rule, operator, low, high)


def _note(rule: Any, operator: str, low: Any, high: Any) -> str:
    if (operator in LOW and low is None) or (operator in HIGH and high is None):
        return f"its bound {rule.formula1} is not kept."
    if operator in {"greaterThan", "lessThan"}:
        return "its bound counts as allowed itself."
    return ""


def _rule(cells: Cells, address: Address) -> Any:
    sheet, row, column = address
    for where, rule in cells.validations:
        if where != sheet:
            continue
        for block in rule.sqref.ranges:
            if block.min_row <= row <= block.max_row and block.min_col <= column <= block.max_col:
                return rule
    return None


def _reader(
    cells: Cells, address: Address, names: Mapping[Address, str], kind: str
) -> Callable[[str | None], Any]:
    def read(text: str | None) -> Any:
        bare = (text or "").lstrip("=").strip()
        try:
            return _edge(float(bare), kind)
        except ValueError:
            pass
        known = {name.lower(): meaning for name, meaning in cells.names.items()}
        area = area_of(known.get(bare.lower(), bare), address[0])
        if area is None or not area.is_cell:
            return None
        if area.first in names:
            return names[area.first]
        cell = cells.cells.get(area.first)
        if cell is None or cell.formula or not isinstance(cell.value, int | float):
            return None
        return _edge(float(cell.value), kind)

    return read


def _edge(number: float, kind: str) -> Any:
    if kind == "date":
        from openpyxl.utils.datetime import from_excel

        return from_excel(number).date()
    return int(number) if number.is_integer() else number


def _choices(cells: Cells, address: Address, formula: str) -> tuple[str, ...]:
    text = formula.strip()
    if text.startswith('"'):
        parts = [part.strip() for part in text.strip('"').split(",")]
    else:
        known = {name.lower(): meaning for name, meaning in cells.names.items()}
        bare = text.lstrip("=")
        area = area_of(known.get(bare.lower(), bare), address[0])
        parts = _texts(cells, area) if area else []
    return tuple(dict.fromkeys(part for part in parts if part))[:MOST_CHOICES]


def _texts(cells: Cells, area: Area) -> list[str]:
    texts = []
    for row in range(area.top, min(area.bottom, area.top + MOST_CHOICES) + 1):
        for column in range(area.left, min(area.right, area.left + MOST_CHOICES) + 1):
            cell = cells.cells.get((area.sheet, row, column))
            if cell is not None and not cell.formula:
                texts.append(choice_text(cell.value))
    return texts


def choice_text(value: Any) -> str:
    """Write a cell's constant as the text of a choice."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

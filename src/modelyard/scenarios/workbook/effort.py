"""How much a workbook asks of the engine: a sum over a million columns would never end.

The engine walks every cell of a block that a formula names, empty or not; whole columns and rows
it walks as far as the sheet is filled.
"""

from modelyard.errors import Invalid
from modelyard.scenarios.workbook.cells import COLUMNS, ROWS, Area, Cells, name_of
from modelyard.scenarios.workbook.precedents import Tracer

MOST_WALKED = 10_000_000


RECURSIVE = frozenset({"LAMBDA", "MAP", "REDUCE", "SCAN", "MAKEARRAY", "BYROW", "BYCOL"})
"""Functions with which a formula may call itself: the engine would overflow its stack."""


def refuse_endless(where: str, cells: Cells, tracer: Tracer) -> None:
    """Raise Invalid where working the workbook out would take minutes, or never end."""
    for meaning in (*cells.names.values(), *(cell.formula for cell in cells.cells.values())):
        found = next((name for name in RECURSIVE if f"{name}(" in meaning.upper()), "")
        if found:
            why = f"uses {found}, with which a formula may call itself without end."
            raise Invalid(where, why, "Write it as ordinary formulas.")
    filled = _filled(cells)
    walked = 0
    for address, cell in cells.cells.items():
        if not cell.formula:
            continue
        walked += sum(_size(area, filled) for area in tracer.looks(address).areas)
        if walked > MOST_WALKED:
            raise Invalid(
                f"{where}, {name_of(address)}",
                f"its formulas look at more than {MOST_WALKED // 1_000_000} million cells.",
                "Name smaller blocks, and delete cells far away from the others.",
            )


def _filled(cells: Cells) -> dict[str, tuple[int, int]]:
    """Give the last row and column of each sheet."""
    last: dict[str, tuple[int, int]] = {}
    for sheet, row, column in cells.cells:
        rows, columns = last.get(sheet, (1, 1))
        last[sheet] = (max(rows, row), max(columns, column))
    return last


def _size(area: Area, filled: dict[str, tuple[int, int]]) -> int:
    rows, columns = filled.get(area.sheet, (1, 1))
    is_whole_columns = (area.top, area.bottom) == (1, ROWS)
    is_whole_rows = (area.left, area.right) == (1, COLUMNS)
    bottom = min(area.bottom, rows) if is_whole_columns else area.bottom
    right = min(area.right, columns) if is_whole_rows else area.right
    return max(0, bottom - area.top + 1) * max(0, right - area.left + 1)

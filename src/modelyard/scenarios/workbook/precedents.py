"""Which cells a formula looks at, traced by openpyxl's tokenizer."""

import bisect
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from modelyard.scenarios.workbook.cells import (
    COLUMNS,
    ROWS,
    Address,
    Area,
    Cells,
    area_of,
    column_number,
)

ANYWHERE = frozenset({"INDIRECT", "OFFSET"})
"""Functions that may look at any cell."""
OWN_NAMES = frozenset({"LET", "LAMBDA"})
VOLATILE = frozenset({"RAND", "RANDBETWEEN", "RANDARRAY", "NOW", "TODAY"})
WHOLE_COLUMNS = re.compile(r"(?:(?:'((?:[^']|'')+)'|([^'!:]+))!)?\$?([A-Z]{1,3}):\$?([A-Z]{1,3})")
WHOLE_ROWS = re.compile(r"(?:(?:'((?:[^']|'')+)'|([^'!:]+))!)?\$?(\d+):\$?(\d+)")
DEEPEST = 20


@dataclass
class Looks:
    """What one formula looks at."""

    areas: list[Area] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)
    anywhere: bool = False


def looks_of(cells: Cells, address: Address, formula: str, depth: int = 0) -> Looks:
    """Take a formula apart; what is not understood counts as looking anywhere."""
    from openpyxl.formula import Tokenizer

    found = Looks()
    try:
        tokens = Tokenizer(formula).items
    except Exception:  # noqa: BLE001 (the tokenizer raises whatever a broken formula provokes)
        found.anywhere = True
        return found
    for token in tokens:
        if token.type == "FUNC" and token.subtype == "OPEN":
            name = token.value.rstrip("(").upper()
            found.functions.add(re.sub(r"^(_XLFN\.|_XLWS\.|_XLL\.)+", "", name))
    for token in tokens:
        if token.type == "OPERAND" and token.subtype == "RANGE":
            _add(cells, address, token.value, found, depth)
    found.anywhere |= bool(found.functions & ANYWHERE)
    return found


def _add(cells: Cells, address: Address, text: str, found: Looks, depth: int) -> None:
    area = area_of(text, address[0]) or _whole(text, address[0])
    if area is not None:
        found.areas.append(area)
        return
    name = text.rpartition("!")[2].rstrip("#")
    spill = area_of(name, address[0])
    if spill is not None and text.endswith("#"):
        found.areas.append(spill)
        return
    meaning = next((cells.names[key] for key in cells.names if key.lower() == name.lower()), None)
    if meaning is not None and depth < DEEPEST:
        inner = looks_of(cells, address, f"={meaning}", depth + 1)
        found.areas += inner.areas
        found.functions |= inner.functions
        found.anywhere |= inner.anywhere
        return
    table = cells.tables.get(text.partition("[")[0].lower())
    if table is not None:
        found.areas.append(table)
    elif not (found.functions & OWN_NAMES and name.isidentifier()):
        found.anywhere = True


def _whole(text: str, sheet: str) -> Area | None:
    columns = WHOLE_COLUMNS.fullmatch(text.upper())
    if columns:
        own = _sheet(text, sheet)
        left, right = sorted((column_number(columns[3]), column_number(columns[4])))
        return Area(own, 1, left, ROWS, min(right, COLUMNS))
    rows = WHOLE_ROWS.fullmatch(text)
    if rows:
        top, bottom = sorted((int(rows[3]), int(rows[4])))
        return Area(_sheet(text, sheet), top, 1, bottom, COLUMNS)
    return None


def _sheet(text: str, sheet: str) -> str:
    named = text.rpartition("!")[0]
    return named.strip("'").replace("''", "'") or sheet


class Tracer:
    """Follows formulas back to the cells they depend on."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self._looks: dict[Address, Looks] = {}
        self._rows: dict[tuple[str, int], list[int]] = {}
        for sheet, row, column in (*cells.cells, *cells.spilled):
            self._rows.setdefault((sheet, column), []).append(row)
        for rows in self._rows.values():
            rows.sort()

    def looks(self, address: Address) -> Looks:
        """Give what a cell's formula looks at."""
        if address not in self._looks:
            formula = self.cells.cells[address].formula
            self._looks[address] = looks_of(self.cells, address, formula)
        return self._looks[address]

    def behind(self, starts: Iterable[Address]) -> tuple[set[Address], bool]:
        """Give all cells that these depend on, themselves included, and whether it may be any."""
        seen: set[Address] = set(starts)
        waiting, anywhere = deque(seen), False
        while waiting:
            address = waiting.popleft()
            for found in self.precedents(address):
                if found not in seen:
                    seen.add(found)
                    waiting.append(found)
            cell = self.cells.cells.get(address)
            anywhere |= cell is not None and bool(cell.formula) and self.looks(address).anywhere
        return seen, anywhere

    def precedents(self, address: Address) -> Iterable[Address]:
        """Give the cells that a cell looks at itself."""
        if address in self.cells.spilled:
            yield self.cells.spilled[address]
        cell = self.cells.cells.get(address)
        if cell is None or not cell.formula:
            return
        for area in self.looks(address).areas:
            yield from self.inside(area)

    def inside(self, area: Area) -> Iterable[Address]:
        """Give the cells of an area that are not empty."""
        for column in range(area.left, area.right + 1):
            rows = self._rows.get((area.sheet, column))
            if rows:
                low = bisect.bisect_left(rows, area.top)
                high = bisect.bisect_right(rows, area.bottom)
                for row in rows[low:high]:
                    yield area.sheet, row, column

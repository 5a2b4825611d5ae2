"""Which formulas need not be worked out again from draw to draw: their values are put in instead.

The engine works out every formula of a workbook each time. A formula whose value depends on nothing
that is drawn, or that no output depends on, becomes the constant that it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from modelyard.scenarios.workbook.cells import Address
from modelyard.scenarios.workbook.engine import CellError, Sheets
from modelyard.scenarios.workbook.precedents import VOLATILE, Tracer

MOST_FORMULAS = 50_000


@dataclass(frozen=True)
class Freezer:
    """Finds the formulas of a workbook that stay as they are."""

    tracer: Tracer

    def still(self, outputs: Iterable[Address], varying: Iterable[Address]) -> list[Address]:
        """List the formula cells that outputs need not, or that no varying cell is behind.

        None where a formula may look at any cell.
        """
        cells = self.tracer.cells
        formulas = [address for address, cell in cells.cells.items() if cell.formula]
        if len(formulas) > MOST_FORMULAS:
            return []
        needed, anywhere = self.tracer.behind(outputs)
        if anywhere:
            return []
        moved = self._moved(needed, set(varying))
        spilling = set(cells.spilled.values()) | set(cells.spilled)
        return [
            address
            for address in formulas
            if address not in moved
            and address not in spilling
            and not self.tracer.looks(address).functions & VOLATILE
        ]

    def _moved(self, needed: set[Address], varying: set[Address]) -> set[Address]:
        """Give the cells among those needed that a varying one is behind."""
        followers: dict[Address, list[Address]] = {}
        for address in needed:
            for behind in self.tracer.precedents(address):
                followers.setdefault(behind, []).append(address)
        moved, waiting = set(varying), list(varying)
        while waiting:
            for follower in followers.get(waiting.pop(), ()):
                if follower not in moved:
                    moved.add(follower)
                    waiting.append(follower)
        return moved


def freeze(sheets: Sheets, still: Iterable[Address]) -> None:
    """Put values in the place of formulas, in a workbook that has been worked out.

    Where a formula gives an error, an empty text or nothing, it stays.
    """
    known = [(address, sheets.get(address)) for address in still]
    for address, value in known:
        if value not in (None, "") and not isinstance(value, CellError):
            sheets.put(address, value)

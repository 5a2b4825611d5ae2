"""Whether a workbook may be published: every formula cell against the value that Excel stored."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from modelyard.errors import Invalid
from modelyard.scenarios.workbook.cells import Address, Cells, StoredCell, name_of
from modelyard.scenarios.workbook.engine import CellError, Sheets, lacks
from modelyard.scenarios.workbook.precedents import VOLATILE, Tracer

SAME = 1e-9
"""How near, as a share, numbers must be."""
MOST_NAMED = 10


@dataclass(frozen=True)
class Difference:
    """A formula cell that the engine works out differently."""

    address: Address
    stored: Any
    ours: Any
    why: str

    def __str__(self) -> str:
        """Name the cell and both values."""
        return f"{name_of(self.address)} ({self.why})"


def differences(cells: Cells, sheets: Sheets, tracer: Tracer) -> list[Difference]:
    """Compare every formula cell; `sheets` has been worked out with the inputs as they are."""
    known: dict[str, bool] = {}
    found = []
    for address, cell in cells.cells.items():
        if not cell.formula:
            continue
        functions = tracer.looks(address).functions
        for name in functions - known.keys():
            known[name] = lacks(name)
        missing = sorted(name for name in functions if known[name])
        volatile = sorted(functions & VOLATILE)
        ours = sheets.get(address)
        why = ""
        if missing:
            why = f"uses {', '.join(missing)}, which the engine lacks"
        elif volatile:
            why = f"uses {', '.join(volatile)}, which changes by itself: make it an input"
        elif not is_same(cell, ours):
            why = f"is {_words(ours)}, and {_words(_stored(cell))} was stored"
        if why:
            found.append(Difference(address, cell.value, ours, why))
    found += _spilled(cells, sheets)
    return found


def _spilled(cells: Cells, sheets: Sheets) -> list[Difference]:
    found = []
    for address in cells.spilled:
        cell = cells.cells.get(address)
        ours = sheets.get(address)
        if cell is not None and not cell.formula and not is_same(cell, ours):
            why = f"is {_words(ours)}, and {_words(cell.value)} was stored"
            found.append(Difference(address, cell.value, ours, why))
    return found


def is_same(cell: StoredCell, ours: Any) -> bool:
    """Tell whether the engine's value is the stored one."""
    stored = _stored(cell)
    if isinstance(stored, CellError) or isinstance(ours, CellError):
        return bool(stored == ours)
    if stored in (None, "") or ours in (None, ""):
        return stored in (None, "") and ours in (None, "")
    if isinstance(stored, bool) or isinstance(ours, bool):
        return stored is ours
    if isinstance(stored, int | float) and isinstance(ours, int | float):
        return math.isclose(stored, ours, rel_tol=SAME, abs_tol=1e-12)
    return bool(stored == ours)


def _stored(cell: StoredCell) -> Any:
    return CellError(str(cell.value)) if cell.is_error else cell.value


def _words(value: Any) -> str:
    if isinstance(value, CellError):
        return value.code
    if value is None:
        return "no value"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.12g}" if is_number else f"'{str(value)[:40]}'"


def refuse_if_needed(
    where: str, tracer: Tracer, outputs: Iterable[Address], found: list[Difference]
) -> list[str]:
    """Give notes on cells that differ; raises Invalid where outputs depend on one of them."""
    if not found:
        return []
    needed, anywhere = tracer.behind(outputs)
    bad = [item for item in found if anywhere or item.address in needed]
    if bad:
        cells = "1 cell" if len(bad) == 1 else f"{len(bad)} cells"
        raise Invalid(
            where,
            f"is not published: {cells} that outputs depend on cannot be trusted: {_listed(bad)}.",
            "Change these formulas, or save the workbook in Excel so that its values are fresh.",
        )
    return [f"Left aside, as no output depends on them: {_listed(found)}."]


def _listed(found: list[Difference]) -> str:
    more = len(found) - MOST_NAMED
    text = "; ".join(str(item) for item in found[:MOST_NAMED])
    return text + (f"; and {more} more" if more > 0 else "")

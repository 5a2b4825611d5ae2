"""A workbook's calculation: values into cells, all formulas worked out, outputs out of cells."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from modelyard.errors import Invalid, ModelyardError
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.workbook.cells import Address, name_of
from modelyard.scenarios.workbook.engine import CellError, Sheets, error_words
from modelyard.scenarios.workbook.freezing import Freezer, freeze

EPOCH = date(1899, 12, 30)
Placed = tuple[Output, tuple[tuple[Address, ...], ...]]


@dataclass(frozen=True)
class WorkbookCalculation:
    """What is needed to work a workbook out, in any thread."""

    where: str
    content: bytes = field(repr=False)
    """The workbook in the engine's own form."""
    inputs: tuple[tuple[Parameter, tuple[tuple[Address, ...], ...]], ...]
    """Each parameter with its cells, row by row."""
    outputs: tuple[Placed, ...]
    choices: Mapping[str, Mapping[str, Any]]
    """What a chosen text is in the cell, where it is a number or a truth there."""
    freezer: Freezer | None = field(default=None, repr=False, compare=False)

    def __call__(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Open the workbook, put the values in, and give all outputs."""
        sheets = Sheets(self.where, self.content)
        for parameter, cells in self.inputs:
            self.put(sheets, parameter, cells, values[parameter.name])
        sheets.work_out()
        return {output.name: self.get(sheets, output, cells) for output, cells in self.outputs}

    def session(
        self, varying: Collection[str] | None = None
    ) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        """Give what works out one set of values after the other, in one opened workbook.

        Only the values that changed are put in, and of the outputs only single numbers are given.
        Where only the parameters `varying` change, formulas that they do not move become constants
        after the first time.
        """
        single = [pair for pair in self.outputs if pair[0].is_numeric]
        still = self._still(single, varying)
        opened = _Opened(self)

        def work_out(values: Mapping[str, Any]) -> dict[str, Any]:
            nonlocal opened
            found = opened.work_out(values, single)
            if still:
                opened = opened.frozen(values, single, found, still) or _Opened(self)
                still.clear()
            return found

        return work_out

    def _still(self, outputs: Sequence[Placed], varying: Collection[str] | None) -> list[Address]:
        if self.freezer is None or varying is None:
            return []
        wanted = [cells[0][0] for _, cells in outputs]
        moved = [
            place
            for parameter, cells in self.inputs
            if parameter.name in varying
            for row in cells
            for place in row
        ]
        return self.freezer.still(wanted, moved)

    def put(
        self,
        sheets: Sheets,
        parameter: Parameter,
        cells: tuple[tuple[Address, ...], ...],
        value: Any,
    ) -> None:
        """Put a parameter's value into its cells."""
        if parameter.kind != "table":
            sheets.put(cells[0][0], self._cell_value(parameter, value))
            return
        for places, row in zip(cells, value, strict=True):
            for place, column in zip(places, parameter.columns, strict=True):
                sheets.put(place, self._cell_value(column, row[column.name]))

    def _cell_value(self, parameter: Parameter, value: Any) -> float | str | bool:
        if isinstance(value, str):
            chosen = self.choices.get(parameter.name, {}).get(value, value)
            return chosen if isinstance(chosen, bool | str) else float(chosen)
        if isinstance(value, date):
            return float((value - EPOCH).days)
        return float(value) if isinstance(value, Decimal | int) else value

    def get(self, sheets: Sheets, output: Output, cells: tuple[tuple[Address, ...], ...]) -> Any:
        """Take an output out of its cells."""
        if output.kind != "table":
            return self._value(sheets, output, cells[0][0])
        rows = [
            {
                column.name: self._value(sheets, column, place)
                for column, place in zip(output.columns, places, strict=True)
            }
            for places in cells
        ]
        return [row for row in rows if any(value is not None for value in row.values())]

    def _value(self, sheets: Sheets, output: Output, address: Address) -> Any:
        value = sheets.get(address)
        if isinstance(value, CellError):
            raise Invalid(f"{self.where}/{output.name}", error_words(address, value))
        if value is None or value == "":
            return None
        if output.kind == "date" and isinstance(value, int | float):
            return date.fromordinal(EPOCH.toordinal() + int(value))
        if output.kind == "text":
            return str(value).upper() if isinstance(value, bool) else str(value)
        if isinstance(value, str | bool):
            why = f"{name_of(address)} is '{str(value)[:40]}', and a number was expected."
            raise Invalid(f"{self.where}/{output.name}", why)
        return value


class _Opened:
    """A workbook that stays opened: only values that changed are put in."""

    def __init__(self, calculation: WorkbookCalculation) -> None:
        self._calculation = calculation
        self._sheets = Sheets(calculation.where, calculation.content)
        self._known: dict[str, Any] = {}

    def work_out(self, values: Mapping[str, Any], outputs: Sequence[Placed]) -> dict[str, Any]:
        """Give outputs for values."""
        for parameter, cells in self._calculation.inputs:
            value = values[parameter.name]
            if parameter.name not in self._known or self._known[parameter.name] != value:
                self._calculation.put(self._sheets, parameter, cells, value)
                self._known[parameter.name] = value
        self._sheets.work_out()
        return {
            output.name: self._calculation.get(self._sheets, output, cells)
            for output, cells in outputs
        }

    def frozen(
        self,
        values: Mapping[str, Any],
        outputs: Sequence[Placed],
        expected: dict[str, Any],
        still: Sequence[Address],
    ) -> "_Opened | None":
        """Make constants of formulas; None where the same values then give another answer."""
        try:
            freeze(self._sheets, still)
            return self if self.work_out(values, outputs) == expected else None
        except ModelyardError:
            return None

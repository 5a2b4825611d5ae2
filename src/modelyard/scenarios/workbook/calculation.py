"""A workbook's calculation: values into cells, all formulas worked out, outputs out of cells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from modelyard.errors import Invalid
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.workbook.cells import Address, name_of
from modelyard.scenarios.workbook.engine import CellError, Sheets, error_words

EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class WorkbookCalculation:
    """What is needed to work a workbook out, in any thread."""

    where: str
    content: bytes = field(repr=False)
    """The workbook in the engine's own form."""
    inputs: tuple[tuple[Parameter, tuple[tuple[Address, ...], ...]], ...]
    """Each parameter with its cells, row by row."""
    outputs: tuple[tuple[Output, tuple[tuple[Address, ...], ...]], ...]
    choices: Mapping[str, Mapping[str, Any]]
    """What a chosen text is in the cell, where it is a number or a truth there."""

    def __call__(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Open the workbook, put the values in, and give all outputs."""
        sheets = Sheets(self.where, self.content)
        for parameter, cells in self.inputs:
            self._put(sheets, parameter, cells, values[parameter.name])
        sheets.work_out()
        return {output.name: self._get(sheets, output, cells) for output, cells in self.outputs}

    def session(self) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        """Give what works out one set of values after the other, in one opened workbook.

        Only the values that changed are put in, and of the outputs only single numbers are given.
        """
        sheets = Sheets(self.where, self.content)
        known: dict[str, Any] = {}
        single = [pair for pair in self.outputs if pair[0].is_numeric]

        def work_out(values: Mapping[str, Any]) -> dict[str, Any]:
            for parameter, cells in self.inputs:
                value = values[parameter.name]
                if parameter.name not in known or known[parameter.name] != value:
                    self._put(sheets, parameter, cells, value)
                    known[parameter.name] = value
            sheets.work_out()
            return {output.name: self._get(sheets, output, cells) for output, cells in single}

        return work_out

    def _put(
        self,
        sheets: Sheets,
        parameter: Parameter,
        cells: tuple[tuple[Address, ...], ...],
        value: Any,
    ) -> None:
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

    def _get(self, sheets: Sheets, output: Output, cells: tuple[tuple[Address, ...], ...]) -> Any:
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

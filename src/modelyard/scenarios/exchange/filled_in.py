"""Inputs that somebody filled in in Excel, read back strictly."""

from typing import Any

from modelyard.errors import Invalid
from modelyard.scenarios.exchange.excel import INPUTS
from modelyard.scenarios.inputs import read_inputs
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.values import plain
from modelyard.scenarios.what_if import WhatIf
from modelyard.scenarios.workbook.cells import Address, Cells, name_of, read_cells
from modelyard.scenarios.workbook.described import default_of
from modelyard.scenarios.workbook.package import check_package

NO_FORMULAS = "Put the number itself in: formulas are not taken from a filled-in form."


def read_excel(what_if: WhatIf, content: bytes, file: str = "the uploaded file") -> dict[str, Any]:
    """Give the values of a workbook that `write_excel` wrote and somebody filled in.

    Raises Invalid, naming the cell, for a formula, an error, a value of another kind or out of its
    bounds, and for a file of another model; Denied where a locked value was changed.
    """
    check_package(file, content)
    cells = read_cells(file, content)
    sheet = next((name for name in cells.sheets if name.lower() == INPUTS.lower()), None)
    if sheet is None:
        raise Invalid(file, f"has no sheet '{INPUTS}'.", "Download the scenario as Excel first.")
    rows = {_constant(file, cells, (sheet, row, 1)): row for row in range(2, 1001)}
    given: dict[str, Any] = {}
    for parameter in what_if.parameters:
        if parameter.access == "derived":
            continue
        if parameter.kind == "table":
            table = _table(file, cells, parameter)
            if table is not None:
                given[parameter.name] = table
        elif parameter.name in rows:
            place = (sheet, rows[parameter.name], 2)
            given[parameter.name] = _value(file, cells, place, parameter)
    if not given:
        raise Invalid(file, f"has none of the parameters of {what_if.where}.")
    return plain_inputs(what_if, given)


def plain_inputs(what_if: WhatIf, given: dict[str, Any]) -> dict[str, Any]:
    """Read the values as the form does; give those that a model takes."""
    values = read_inputs(what_if.where, what_if.parameters, given)
    return {name: plain(value) for name, value in values.items() if name in given}


def _constant(file: str, cells: Cells, place: Address) -> Any:
    cell = cells.cells.get(place)
    if cell is None:
        return None
    if cell.formula or place in cells.spilled:
        raise Invalid(f"{file}, {name_of(place)}", "holds a formula.", NO_FORMULAS)
    if cell.is_error:
        raise Invalid(f"{file}, {name_of(place)}", f"holds {cell.value}.")
    return cell.value


def _value(file: str, cells: Cells, place: Address, parameter: Parameter) -> Any:
    value = _constant(file, cells, place)
    if isinstance(value, float) and parameter.places is not None:
        value = round(value, max(parameter.places, 6))
    if isinstance(value, float) and parameter.is_exact:
        value = float(f"{value:.15g}")
    return default_of(parameter.kind, value) if value is not None else None


def _table(file: str, cells: Cells, parameter: Parameter) -> list[dict[str, Any]] | None:
    sheet = next((name for name in cells.sheets if name.lower() == parameter.name.lower()), None)
    if sheet is None:
        return None
    columns = {_constant(file, cells, (sheet, 1, place)): place for place in range(1, 51)}
    missing = [column.name for column in parameter.columns if column.name not in columns]
    if missing:
        raise Invalid(f"{file}, sheet {sheet}", f"has no column {missing[0]}.")
    rows = []
    for number in range(2, parameter.most_rows + 2):
        row = {
            column.name: _value(file, cells, (sheet, number, columns[column.name]), column)
            for column in parameter.columns
        }
        if all(value is None for value in row.values()):
            break
        rows.append(row)
    return rows

"""Cells as parameters and outputs, with kind, unit and bounds."""

from typing import Any

from modelyard.errors import Invalid
from modelyard.scenarios.describe import check_parameters, output_of, parameter_of
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.workbook.cells import Address, Area, Cells, StoredCell
from modelyard.scenarios.workbook.formats import TRUTHS, told_by_format
from modelyard.scenarios.workbook.found import Found, Placed, addresses, slug
from modelyard.scenarios.workbook.validation import choice_text, told_by_validation

MOST_NAMED = 6
OUTPUT_KEYS = ("kind", "title", "unit", "help", "places", "chart", "optional")


def parameters_of(file: str, cells: Cells, found: Found) -> tuple[Parameter, ...]:
    """Describe the inputs; raises Invalid, naming file and cell."""
    parameters = [
        _parameter(f"{file}, {placed.area}", name, cells, found)
        for name, placed in found.inputs.items()
    ]
    check_parameters(file, parameters)
    return tuple(parameters)


def outputs_of(file: str, cells: Cells, found: Found) -> tuple[Output, ...]:
    """Describe the outputs; raises Invalid, naming file and cell."""
    return tuple(
        _output(f"{file}, {placed.area}", name, placed, cells)
        for name, placed in found.outputs.items()
    )


def _parameter(where: str, name: str, cells: Cells, found: Found) -> Parameter:
    placed = found.inputs[name]
    names = {other.area.first: key for key, other in found.inputs.items() if key != name}
    if not placed.area.is_cell:
        return _table(where, name, placed, cells)
    cell = _constant(where, cells, placed.area.first)
    told = told_by_format(cell)
    ruled, note = told_by_validation(cells, placed.area.first, names, told["kind"])
    if note:
        found.notes.append(f"{placed.area}: {note}")
    told = _without_choices(told | ruled) | {"locked": cell.is_locked} | placed.told
    told["default"] = default_of(told["kind"], cell.value)
    if told["kind"] == "text" and "choices" in told:
        told["kind"] = "choice"
    return parameter_of(where, name, told, where)


def _without_choices(told: dict[str, Any]) -> dict[str, Any]:
    return told if told["kind"] == "choice" else {k: v for k, v in told.items() if k != "choices"}


def _constant(where: str, cells: Cells, address: Address) -> StoredCell:
    cell = cells.cells.get(address)
    if cell is None:
        raise Invalid(where, "is empty, and an input needs a value.")
    if cell.formula or address in cells.spilled:
        raise Invalid(where, "is a formula, so it cannot be an input.")
    if cell.is_error:
        raise Invalid(where, f"holds {cell.value}.")
    return cell


def default_of(kind: str, value: Any) -> Any:
    """Give a cell's constant as the value of a parameter."""
    if kind == "date" and isinstance(value, int | float):
        from openpyxl.utils.datetime import from_excel

        return from_excel(value).date()
    if kind in {"choice", "text"}:
        return choice_text(value)
    return value


def _table(where: str, name: str, placed: Placed, cells: Cells) -> Parameter:
    area = placed.area
    headings, body = split(cells, area)
    columns = []
    for number, heading in enumerate(headings):
        cell = _constant(where, cells, (area.sheet, body.top, area.left + number))
        told = {key: value for key, value in told_by_format(cell).items() if key != "choices"}
        kind = "text" if told["kind"] == "choice" else told["kind"]
        columns.append(parameter_of(where, heading, told | {"kind": kind}, where))
    rows = [
        {
            column.name: default_of(
                column.kind, _constant(where, cells, (area.sheet, row, area.left + n)).value
            )
            for n, column in enumerate(columns)
        }
        for row in range(body.top, body.bottom + 1)
    ]
    told = {
        "kind": "table",
        "columns": tuple(columns),
        "default": rows,
        "least_rows": len(rows),
        "most_rows": len(rows),
    }
    return parameter_of(where, name, told | placed.told, where)


def split(cells: Cells, area: Area) -> tuple[list[str], Area]:
    """Tell headings from body: a first row of texts within the block, or just above it."""
    width = min(area.right - area.left + 1, 50)

    def row_of(row: int) -> list[str]:
        found = [cells.cells.get((area.sheet, row, area.left + n)) for n in range(width)]
        return [
            cell.value if cell and not cell.formula and isinstance(cell.value, str) else ""
            for cell in found
        ]

    inside, above = row_of(area.top), row_of(area.top - 1) if area.top > 1 else [""] * width
    body = area
    if all(inside) and area.bottom > area.top:
        heading = inside
        body = Area(area.sheet, area.top + 1, area.left, area.bottom, area.right)
    else:
        heading = above if all(above) else [f"column_{n + 1}" for n in range(width)]
    names: list[str] = []
    for text in heading:
        name = slug(text) or "column"
        names.append(name if name not in names else f"{name}_{len(names) + 1}")
    return names, body


def _output(where: str, name: str, placed: Placed, cells: Cells) -> Output:
    told = {key: value for key, value in placed.told.items() if key in OUTPUT_KEYS and value != ""}
    area = placed.area
    if area.is_cell:
        return output_of(where, name, _kind_of(cells, area.first) | told, where)
    headings, body = split(cells, area)
    columns = tuple(
        output_of(
            where,
            heading,
            _kind_of(cells, (area.sheet, body.top, area.left + number)) | {"optional": True},
            where,
        )
        for number, heading in enumerate(headings)
    )
    return output_of(where, name, {"kind": "table", "columns": columns} | told, where)


def plain_outputs(file: str, cells: Cells, found: Found) -> list[str]:
    """Say, as a note, which outputs have no number format, so that nobody tells what they are.

    None where all have one, or where a TOML file beside the workbook says what they are.
    """
    plain = [
        name
        for name, placed in found.outputs.items()
        if placed.area.is_cell
        and not placed.told.keys() & {"kind", "unit"}
        and _is_plain(cells.cells.get(placed.area.first))
    ]
    if not plain:
        return []
    beside = file.rpartition("/")[2].rpartition(".")[0]
    named = ", ".join(plain[:MOST_NAMED]) + (" and others" if len(plain) > MOST_NAMED else "")
    return [
        f"Without a number format, so shown as bare numbers: {named}. Format the cells in Excel "
        f"as currency or percent, or give `kind` and `unit` in {beside}.toml."
    ]


def _is_plain(cell: StoredCell | None) -> bool:
    """Tell whether a cell holds a fraction that Excel shows as it comes."""
    if cell is None or cell.number_format != "General" or not isinstance(cell.value, float):
        return False
    return not cell.value.is_integer()


def _kind_of(cells: Cells, address: Address) -> dict[str, Any]:
    cell = cells.cells.get(address)
    if cell is None:
        return {"kind": "number"}
    told = {key: value for key, value in told_by_format(cell).items() if key != "choices"}
    if told["kind"] in {"choice", "integer"}:
        told["kind"] = "text" if told["kind"] == "choice" else "number"
    return told


def body_addresses(cells: Cells, area: Area) -> list[list[Address]]:
    """List the cells of a table's body, row by row."""
    _, body = split(cells, area)
    flat = addresses(body)
    width = len({column for _, _, column in flat})
    return [flat[start : start + width] for start in range(0, len(flat), width)]


__all__ = ["TRUTHS", "body_addresses", "default_of", "outputs_of", "parameters_of", "plain_outputs"]

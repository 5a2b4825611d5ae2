"""Which cells are inputs and outputs: by a sidecar file, by sheets, or by defined names."""

import re
from dataclasses import dataclass, field
from typing import Any

from modelyard.errors import Invalid
from modelyard.scenarios.workbook.cells import Address, Area, Cells, area_of, name_of

HEADINGS = {
    "name": "name", "input": "name", "output": "name", "parameter": "name", "label": "name",
    "value": "value", "unit": "unit", "help": "help", "note": "help", "description": "help",
    "minimum": "minimum", "min": "minimum", "maximum": "maximum", "max": "maximum",
    "group": "group",
}  # fmt: skip
DEFAULT_COLUMNS = {"name": 1, "value": 2, "unit": 3, "help": 4}
MOST_ROWS = 1000


@dataclass
class Placed:
    """A parameter or output, and its cells."""

    area: Area
    told: dict[str, Any] = field(default_factory=dict)


@dataclass
class Found:
    """All inputs and outputs of a workbook, by name."""

    inputs: dict[str, Placed] = field(default_factory=dict)
    outputs: dict[str, Placed] = field(default_factory=dict)
    title: str = ""
    description: str = ""
    notes: list[str] = field(default_factory=list)


def by_sheets(cells: Cells) -> Found | None:
    """Read the sheets `Inputs` and `Outputs`: name, value, unit and help side by side."""
    sheets = {name.lower(): name for name in cells.sheets}
    if "inputs" not in sheets or "outputs" not in sheets:
        return None
    found = Found()
    for sheet, into in ((sheets["inputs"], found.inputs), (sheets["outputs"], found.outputs)):
        columns, first = _columns(cells, sheet)
        for row in range(first, MOST_ROWS):
            label = _text(cells, (sheet, row, columns["name"]))
            address = (sheet, row, columns["value"])
            cell = cells.cells.get(address)
            if not label or cell is None:
                continue
            if into is found.inputs and cell.formula:
                found.notes.append(f"{name_of(address)} is a formula, so it is no input.")
                continue
            told = {"title": label}
            for key, column in columns.items():
                other = cells.cells.get((sheet, row, column))
                if key not in {"name", "value"} and other is not None and not other.formula:
                    told[key] = other.value
            name = _unique(slug(label), {**found.inputs, **found.outputs})
            into[name] = Placed(Area(sheet, row, address[2], row, address[2]), told)
    return found


def _columns(cells: Cells, sheet: str) -> tuple[dict[str, int], int]:
    """Find the columns by the headings of the first row, else take the usual order."""
    named: dict[str, int] = {}
    for column in range(1, 20):
        heading = HEADINGS.get(_text(cells, (sheet, 1, column)).lower())
        if heading:
            named.setdefault(heading, column)
    if {"name", "value"} <= named.keys():
        return named, 2
    return DEFAULT_COLUMNS, 1


def by_names(cells: Cells) -> Found:
    """Read the defined names: constants are inputs, formulas are outputs."""
    found = Found()
    for name, meaning in sorted(cells.names.items(), key=lambda item: _position(cells, item[1])):
        area = area_of(meaning)
        if area is None or area.sheet not in cells.sheets:
            found.notes.append(f"The name {name} is no block of cells, so it is left aside.")
            continue
        inside = [cells.cells[address] for address in addresses(area) if address in cells.cells]
        if not inside:
            continue
        into = found.outputs if any(cell.formula for cell in inside) else found.inputs
        told = {}
        if area.is_cell:
            label = _text(cells, (area.sheet, area.top, area.left - 1)).rstrip(":")
            told = {"title": label} if label else {}
            note = cells.comments.get(name) or inside[0].note
            told |= {"help": note} if note else {}
        into[_unique(slug(name), {**found.inputs, **found.outputs})] = Placed(area, told)
    return found


def _position(cells: Cells, meaning: str) -> tuple[int, int, int]:
    """Order names as people read the sheets."""
    area = area_of(meaning)
    if area is None or area.sheet not in cells.sheets:
        return len(cells.sheets), 0, 0
    return cells.sheets.index(area.sheet), area.top, area.left


def by_sidecar(file: str, cells: Cells, sidecar: dict[str, Any]) -> Found:
    """Read the cells that a TOML file beside the workbook lists; raises Invalid for what is wrong.

    Where it lists none it only gives title and description.
    """
    for key in sidecar:
        if key not in {"title", "description", "parameters", "outputs"}:
            raise Invalid(file, f"unknown key '{key}'.", "Known: title, description, parameters, "
                          "outputs.")  # fmt: skip
    if "parameters" in sidecar or "outputs" in sidecar:
        found = Found()
        for kind, into in (("parameters", found.inputs), ("outputs", found.outputs)):
            section = sidecar.get(kind, {})
            if not isinstance(section, dict):
                raise Invalid(file, f"{kind} must be made of [{kind}.NAME] sections.")
            for name, told in section.items():
                into[name] = _listed(f"{file}, {kind}.{name}", cells, told)
    else:
        found = by_sheets(cells) or by_names(cells)
    found.title = str(sidecar.get("title", ""))
    found.description = str(sidecar.get("description", ""))
    return found


def _listed(where: str, cells: Cells, told: Any) -> Placed:
    if not isinstance(told, dict) or not isinstance(told.get("cell"), str):
        raise Invalid(where, "names no cell.", 'Write cell = "Sheet!B2".')
    meaning = cells.names.get(told["cell"]) or str(told["cell"])
    area = area_of(meaning, cells.sheets[0])
    if area is None or area.sheet not in cells.sheets:
        raise Invalid(where, f"'{told['cell']}' is no cell of the workbook.")
    return Placed(area, {key: value for key, value in told.items() if key != "cell"})


def addresses(area: Area) -> list[Address]:
    """List the cells of an area, row by row; at most a thousand rows of fifty columns."""
    rows = range(area.top, min(area.bottom, area.top + MOST_ROWS - 1) + 1)
    columns = range(area.left, min(area.right, area.left + 49) + 1)
    return [(area.sheet, row, column) for row in rows for column in columns]


def slug(text: str) -> str:
    """Make a name of a label: `Monthly churn (%)` becomes `monthly_churn`."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"\(.*?\)", "", text)).strip("_").lower()
    plain = plain if plain[:1].isalpha() else f"cell_{plain}".rstrip("_")
    return plain[:50].rstrip("_")


def _unique(name: str, taken: dict[str, Placed]) -> str:
    wanted, number = name, 2
    while wanted in taken:
        wanted, number = f"{name}_{number}", number + 1
    return wanted


def _text(cells: Cells, address: Address) -> str:
    cell = cells.cells.get(address)
    if cell is None or cell.formula or not isinstance(cell.value, str):
        return ""
    return cell.value.strip()

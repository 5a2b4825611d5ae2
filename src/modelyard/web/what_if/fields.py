"""The fields of a form for a model: one for each parameter, with what is wrong beside it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from modelyard.errors import ModelyardError
from modelyard.web.what_if.state import PERCENT
from modelyard.web.what_if.written import NUMERIC, percent_text, written

EMPTY_ROWS = 1
"""Rows below a table that stand empty, to be filled in."""
OUTSIDE = re.compile(r"(-?[\d.]+) (is (?:above|below) the (?:maximum|minimum)) (-?\d+(?:\.\d+)?)")
WIDEST = 10_000
MODES = {"integer": "numeric", "number": "decimal", "money": "decimal", "percent": "decimal"}


@dataclass(frozen=True)
class Cell:
    """One input: a whole field, or a cell of a table."""

    name: str
    """The name under which a form sends it."""
    kind: str
    text: str
    label: str
    mode: str = ""
    """Which keys a phone shows."""
    choices: tuple[str, ...] = ()
    suffix: str = ""
    low: str = ""
    """The ends of a slider, where a number has fixed bounds that are not far apart."""
    high: str = ""


@dataclass(frozen=True)
class Field:
    """A parameter in a form."""

    name: str
    kind: str
    title: str
    help: str
    group: str
    access: str
    bounds: str
    """In words: `From 1 to 600.`"""
    value: str
    """What people read, for one that is not changed here."""
    formula: str = ""
    cell: Cell | None = None
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    fault: ModelyardError | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may be changed in this form."""
        return self.access == "open"


def fields_of(
    definition: Mapping[str, Any],
    given: Mapping[str, Any],
    worked_out: Mapping[str, Any],
    faults: Mapping[str, ModelyardError],
) -> list[Field]:
    """Make the fields of all parameters: with what was filled in, else what was worked out."""
    return [
        _field(parameter, given, worked_out, faults.get(parameter["name"]))
        for parameter in definition["parameters"]
    ]


def grouped(fields: Sequence[Field]) -> list[tuple[str, list[Field]]]:
    """Put fields of one group together, those without a group first."""
    order = {name: place for place, name in enumerate(dict.fromkeys(one.group for one in fields))}
    ordered = sorted(fields, key=lambda one: (one.group != "", order[one.group]))
    return [(name, list(some)) for name, some in groupby(ordered, key=lambda one: one.group)]


def bounds_words(parameter: Mapping[str, Any]) -> str:
    """Say the bounds of a parameter; one that names others is its formula."""
    low, high = (
        _limit(parameter, parameter[side]) if side in parameter else ""
        for side in ("minimum", "maximum")
    )
    if low and high:
        return f"From {low} to {high}."
    return f"At least {low}." if low else f"At most {high}." if high else ""


def cell_of(name: str, item: Mapping[str, Any], value: Any, label: str) -> Cell:
    """Make the input for a value."""
    is_percent = item["kind"] == "percent"
    text = "" if value is None else str(value)
    if is_percent and text:
        text = text[:-1] if text.endswith("%") else percent_text(value)
    elif isinstance(value, float) and value.is_integer():
        text = f"{value:.0f}"
    return Cell(
        name=name + PERCENT if is_percent else name,
        kind=item["kind"],
        text=text,
        label=label,
        mode=MODES.get(item["kind"], ""),
        choices=tuple(item.get("choices", ())),
        suffix="%" if is_percent else item.get("unit", ""),
        **ends_of(item),
    )


def in_own_words(parameter: Mapping[str, Any], fault: ModelyardError) -> ModelyardError:
    """Say a number outside its bounds as its field shows numbers; in per cent, where it does."""
    found = OUTSIDE.match(fault.why)
    if found is None or parameter["kind"] not in NUMERIC:
        return fault
    kind = "percent" if parameter["kind"] == "percent" else "number"
    value, edge = (written({"kind": kind, "exact": True}, found[n]) for n in (1, 3))
    why = f"{value} {found[2]} {edge}{fault.why[found.end() :]}"
    return type(fault)(fault.where, why)


def ends_of(item: Mapping[str, Any]) -> dict[str, str]:
    """Give the ends of a slider, as the field writes numbers; none where it would be too coarse."""
    ends = [item.get("minimum"), item.get("maximum")]
    if item["kind"] not in NUMERIC or not all(isinstance(end, str) for end in ends):
        return {}
    low, high = (float(str(end)) for end in ends)
    if not low < high or (high - low) > WIDEST * max(1.0, abs(low)):
        return {}
    write = percent_text if item["kind"] == "percent" else str
    return {"low": write(ends[0]), "high": write(ends[1])}


def _field(
    parameter: Mapping[str, Any],
    given: Mapping[str, Any],
    worked_out: Mapping[str, Any],
    fault: ModelyardError | None,
) -> Field:
    name, kind = parameter["name"], parameter["kind"]
    access = parameter.get("access", "open")
    known = worked_out.get(name, parameter.get("default"))
    value = given.get(name, known)
    is_table = kind == "table"
    inputs: dict[str, Any] = {}
    if is_table:
        columns = parameter["columns"]
        inputs["heads"] = tuple(_head(column) for column in columns)
        if isinstance(value, str):
            inputs["cell"] = cell_of(name, parameter, value, parameter["title"])
        else:
            shown = known if access != "open" else value
            inputs["rows"] = tuple(_rows(parameter, shown or [], access == "open"))
    elif access == "open":
        inputs["cell"] = cell_of(name, parameter, value, parameter["title"])
    return Field(
        name=name,
        kind=kind,
        title=parameter["title"],
        help=parameter.get("help", ""),
        group=parameter.get("group", ""),
        access=access,
        bounds=bounds_words(parameter),
        value="" if is_table else written(parameter, known),
        formula=parameter.get("formula", ""),
        fault=fault and in_own_words(parameter, fault),
        **inputs,
    )


def _rows(
    parameter: Mapping[str, Any], rows: Sequence[Any], is_open: bool
) -> Iterator[tuple[Cell, ...]]:
    columns = parameter["columns"]
    empty: list[Any] = [{}] * (EMPTY_ROWS if is_open else 0)
    for number, row in enumerate([*rows, *empty], start=1):
        yield tuple(
            cell_of(
                f"{parameter['name']}.{column['name']}",
                column,
                _cell_value(row, place, column),
                f"{parameter['title']}, row {number}, {column['title']}",
            )
            for place, column in enumerate(columns)
        )


def _cell_value(row: Any, place: int, column: Mapping[str, Any]) -> Any:
    if isinstance(row, Mapping):
        return row.get(column["name"])
    return row[place] if place < len(row) else None


def _head(column: Mapping[str, Any]) -> str:
    unit = "%" if column["kind"] == "percent" else column.get("unit", "")
    return f"{column['title']} ({unit})" if unit else str(column["title"])


def _limit(parameter: Mapping[str, Any], limit: Any) -> str:
    if isinstance(limit, Mapping):
        return str(limit["formula"])
    if parameter["kind"] in NUMERIC:
        kind = "percent" if parameter["kind"] == "percent" else "number"
        return written({"kind": kind, "exact": True}, limit)
    return str(limit)

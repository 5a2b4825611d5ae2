"""Loading a workbook as a model: checked, described, compared with what Excel stored."""

import hashlib
import threading
import tomllib
from pathlib import Path
from typing import Any

from modelyard.errors import Invalid, Unavailable
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.what_if import Source, WhatIf
from modelyard.scenarios.workbook.calculation import WorkbookCalculation
from modelyard.scenarios.workbook.cells import Address, Area, Cells, read_cells
from modelyard.scenarios.workbook.described import (
    body_addresses,
    outputs_of,
    parameters_of,
    plain_outputs,
)
from modelyard.scenarios.workbook.effort import refuse_endless
from modelyard.scenarios.workbook.engine import Sheets, imported
from modelyard.scenarios.workbook.found import Found, by_names, by_sheets, by_sidecar, slug
from modelyard.scenarios.workbook.freezing import Freezer
from modelyard.scenarios.workbook.package import check_package
from modelyard.scenarios.workbook.precedents import Tracer
from modelyard.scenarios.workbook.publish import differences, refuse_if_needed
from modelyard.scenarios.workbook.validation import choice_text

KEPT = 32
_keeping = threading.Lock()
_loaded: dict[tuple[str, str, str], WhatIf] = {}
"""Models by folder, file and digest: a workbook that has not changed is not compared again."""


def load_workbook(folder: Path, file: str) -> WhatIf:
    """Load a workbook as a what-if model, with the TOML file of the same name beside it, if any.

    Raises Invalid, naming file and cells, where it cannot be published, and Unavailable where the
    engine is not installed.
    """
    content = _read(folder / file, file)
    beside = Path(file).with_suffix(".toml").as_posix()
    sidecar = _read(folder / beside, beside) if (folder / beside).is_file() else b""
    digest = hashlib.sha256(content + (b"\0" + sidecar if sidecar else b"")).hexdigest()
    key = (str(folder), file, digest)
    known = _loaded.get(key)
    if known is None:
        what_if = _what_if(folder, file, content, _toml(beside, sidecar), digest)
        with _keeping:
            while len(_loaded) >= KEPT:
                _loaded.pop(next(iter(_loaded)))
            _loaded[key] = what_if
        return what_if
    return known


def _what_if(
    folder: Path, file: str, content: bytes, sidecar: dict[str, Any] | None, digest: str
) -> WhatIf:
    check_package(file, content)
    cells = read_cells(file, content)
    if sidecar is None:
        found = by_sheets(cells) or by_names(cells)
    else:
        found = by_sidecar(Path(file).with_suffix(".toml").as_posix(), cells, sidecar)
    name = slug(Path(file).stem)
    _refuse_nothing(file, found)
    parameters, outputs = parameters_of(file, cells, found), outputs_of(file, cells, found)
    tracer = Tracer(cells)
    refuse_endless(file, cells, tracer)
    own = imported(file, content)
    notes = [*_compared(file, own, found, tracer), *plain_outputs(file, cells, found)]
    input_cells = [_places(cells, placed.area) for placed in found.inputs.values()]
    output_cells = [_places(cells, placed.area) for placed in found.outputs.values()]
    calculation = WorkbookCalculation(
        f"scenarios/{name}",
        own,
        tuple(zip(parameters, input_cells, strict=True)),
        tuple(zip(outputs, output_cells, strict=True)),
        _choices(cells, parameters, input_cells),
        Freezer(tracer),
    )
    return WhatIf(
        name=name,
        title=found.title,
        description=found.description,
        parameters=parameters,
        outputs=outputs,
        calculation=calculation,
        digest=digest,
        source=Source(folder, file, name),
        is_vectorised=False,
        notes=(*cells.notes, *found.notes, *notes),
    )


def _refuse_nothing(file: str, found: Found) -> None:
    for noun, there in (("input", found.inputs), ("output", found.outputs)):
        if not there:
            raise Invalid(
                file,
                f"has no {noun}s.",
                "Give cells a name in Excel (Formulas, Name Manager): constants are inputs, "
                "formulas are outputs; or make sheets called Inputs and Outputs.",
            )


def _compared(file: str, own: bytes, found: Found, tracer: Tracer) -> list[str]:
    sheets = Sheets(file, own)
    sheets.work_out()
    differing = differences(tracer.cells, sheets, tracer)
    wanted = [place for placed in found.outputs.values() for place in tracer.inside(placed.area)]
    return refuse_if_needed(file, tracer, wanted, differing)


def _places(cells: Cells, area: Area) -> tuple[tuple[Address, ...], ...]:
    if area.is_cell:
        return ((area.first,),)
    return tuple(tuple(row) for row in body_addresses(cells, area))


def _choices(
    cells: Cells,
    parameters: tuple[Parameter, ...],
    places: list[tuple[tuple[Address, ...], ...]],
) -> dict[str, dict[str, Any]]:
    """Find what a chosen text is in the cell: the cell's own kind decides."""
    found: dict[str, dict[str, Any]] = {}
    for parameter, cell_places in zip(parameters, places, strict=True):
        value = cells.cells[cell_places[0][0]].value
        if parameter.kind != "choice" or isinstance(value, str):
            continue
        if isinstance(value, bool):
            found[parameter.name] = {text: text == "TRUE" for text in parameter.choices}
        elif all(_is_number(text) for text in parameter.choices):
            found[parameter.name] = {text: float(text) for text in parameter.choices}
        else:
            found[parameter.name] = {choice_text(value): value}
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _read(path: Path, file: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise Unavailable(file, f"cannot be read: {fault.strerror}.") from None


def _toml(file: str, content: bytes) -> dict[str, Any] | None:
    if not content:
        return None
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
        raise Invalid(file, f"is not TOML: {fault}.") from None

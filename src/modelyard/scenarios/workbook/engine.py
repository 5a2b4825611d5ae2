"""IronCalc: formulas worked out without Excel. The only file that knows it."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid, Unavailable
from modelyard.scenarios.workbook.cells import Address, name_of

if TYPE_CHECKING:
    from ironcalc import Model

LOCALE, ZONE, LANGUAGE = "en", "UTC", "en"
PANIC = "PanicException"


@dataclass(frozen=True)
class CellError:
    """A value such as #DIV/0!."""

    code: str


class Sheets:
    """A workbook opened in the engine; for one thread at a time."""

    def __init__(self, where: str, content: bytes) -> None:
        self._where = where
        with panics(where):
            self._model: Model = _ironcalc().load_from_bytes(content, LANGUAGE)
        names = [sheet["name"] for sheet in self._model.get_worksheets_properties()]
        self._place = {name: number for number, name in enumerate(names)}

    def put(self, address: Address, value: float | str | bool) -> None:
        """Put a constant into a cell; a text is never read as a formula."""
        sheet, row, column = self._place[address[0]], address[1], address[2]
        with panics(self._where):
            if isinstance(value, bool):
                self._model.update_cell_with_bool(sheet, row, column, value)
            elif isinstance(value, str):
                self._model.update_cell_with_text(sheet, row, column, value)
            else:
                self._model.update_cell_with_number(sheet, row, column, value)

    def work_out(self) -> None:
        """Work all formulas out."""
        with panics(self._where):
            self._model.evaluate()

    def get(self, address: Address) -> Any:
        """Give a cell's number, text or truth; a CellError, or None where it is empty."""
        sheet, row, column = self._place[address[0]], address[1], address[2]
        value = self._model.get_cell_value(sheet, row, column)
        if isinstance(value, str) and value.startswith("#"):
            kind = self._model.get_cell_type(sheet, row, column)
            if kind == _ironcalc().CellType.ErrorValue:
                return CellError(value)
        return value


def imported(where: str, content: bytes) -> bytes:
    """Give an .xlsx file in the engine's own form, which opens in a fraction of the time.

    Raises Invalid, naming the file, where the engine cannot read it.
    """
    ironcalc = _ironcalc()
    with tempfile.TemporaryDirectory(prefix="modelyard-") as folder:
        path = Path(folder, "workbook.xlsx")
        path.write_bytes(content)
        with panics(where):
            model = ironcalc.load_from_xlsx(str(path), LOCALE, ZONE, LANGUAGE)
            own: bytes = model.to_bytes()
    return own


def lacks(function: str) -> bool:
    """Tell whether the engine has no such function."""
    with panics(function):
        model = _ironcalc().create("try", LOCALE, ZONE, LANGUAGE)
        model.update_cell_with_formula(0, 1, 1, f"={function}()")
        model.evaluate()
        return bool(model.get_cell_value(0, 1, 1) == "#NAME?")


@contextlib.contextmanager
def panics(where: str) -> Iterator[None]:
    """Turn what the engine raises into words; a panic of Rust is no Exception."""
    try:
        yield
    except BaseException as fault:
        engine = _ironcalc()
        if type(fault).__name__ == PANIC:
            raise Invalid(where, "the engine IronCalc broke down on it.") from None
        if isinstance(fault, engine.WorkbookError):
            words = " ".join(str(fault).split())[:200]
            raise Invalid(where, f"the engine IronCalc refuses it: {words}.") from None
        raise


def version() -> str:
    """Give the engine's version."""
    return str(_ironcalc().__version__)


def error_words(address: Address, error: CellError) -> str:
    """Say what an error value in an output means."""
    meaning = {
        "#DIV/0!": "something is divided by zero",
        "#NUM!": "a number is too large, or there is no solution",
        "#VALUE!": "a text stands where a number is wanted",
        "#REF!": "a cell it names is gone",
        "#NAME?": "a name or function is unknown",
        "#N/A": "a lookup found nothing",
        "#CIRC!": "cells depend on each other in a circle",
    }.get(error.code, "it cannot be worked out")
    return f"{name_of(address)} is {error.code}: {meaning}."


def _ironcalc() -> Any:
    try:
        import ironcalc
    except ImportError:
        raise Unavailable(
            "package ironcalc",
            "is not installed, and workbooks need it.",
            "Install it with: pip install 'modelyard[scenarios]'",
        ) from None
    return ironcalc

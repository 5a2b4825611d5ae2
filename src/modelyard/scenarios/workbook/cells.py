"""The cells of a workbook as they are stored: constants, formulas and the values Excel left."""

import io
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_CELLS = 500_000
Address = tuple[str, int, int]
"""Sheet, row, column; both from 1."""
AREA = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^'!:]+))!)?\$?([A-Za-z]{1,3})\$?(\d{1,7})"
    r"(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?"
)
COLUMNS = 16_384
ROWS = 1_048_576


@dataclass(frozen=True)
class StoredCell:
    """One cell that is not empty."""

    value: Any
    """A constant, or the value that was stored for a formula: a number, text or truth."""
    formula: str = ""
    """Starts with `=`; empty for a constant."""
    number_format: str = "General"
    is_date: bool = False
    is_error: bool = False
    note: str = ""
    is_locked: bool = False
    """Locked on a protected sheet."""


@dataclass(frozen=True)
class Area:
    """A block of cells on one sheet."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_cell(self) -> bool:
        """Whether it is a single cell."""
        return (self.top, self.left) == (self.bottom, self.right)

    @property
    def first(self) -> Address:
        """The cell at the top left."""
        return self.sheet, self.top, self.left

    def __str__(self) -> str:
        """Name it as people do."""
        start = name_of((self.sheet, self.top, self.left))
        end = "" if self.is_cell else f":{column_name(self.right)}{self.bottom}"
        return start + end


@dataclass
class Cells:
    """All of a workbook that matters here."""

    sheets: tuple[str, ...]
    cells: dict[Address, StoredCell] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Defined names, by what they mean."""
    comments: dict[str, str] = field(default_factory=dict)
    tables: dict[str, Area] = field(default_factory=dict)
    spilled: dict[Address, Address] = field(default_factory=dict)
    """Cells filled by an array formula, by the cell that holds it."""
    validations: list[tuple[str, Any]] = field(default_factory=list)
    """Sheet and data validation."""
    notes: list[str] = field(default_factory=list)


def column_name(number: int) -> str:
    """Give the letters of a column."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Give the number of a column."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def name_of(address: Address) -> str:
    """Name a cell, such as `Model!B2`."""
    sheet, row, column = address
    quoted = sheet if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", sheet) else f"'{sheet}'"
    return f"{quoted}!{column_name(column)}{row}"


def area_of(text: str, sheet: str = "") -> Area | None:
    """Read an address such as `Model!$B$2:$C$5`; None for what is none."""
    found = AREA.fullmatch(text.strip().lstrip("="))
    if found is None:
        return None
    own = (found[1] or "").replace("''", "'") or found[2] or sheet
    top, left = int(found[4]), column_number(found[3])
    bottom = int(found[6]) if found[6] else top
    right = column_number(found[5]) if found[5] else left
    top, bottom = sorted((top, bottom))
    left, right = sorted((left, right))
    if not own or top < 1 or bottom > ROWS or right > COLUMNS:
        return None
    return Area(own, top, left, bottom, right)


def read_cells(where: str, content: bytes) -> Cells:
    """Read the cells of a workbook whose package was checked; nothing is worked out or run.

    Raises Invalid, naming the file, for what cannot be read.
    """
    written, stored = _opened(where, content, False), _opened(where, content, True)
    if written.epoch.year == 1904:
        raise Invalid(where, "counts days from 1904.", "In Excel: Options, Advanced, 1904 off.")
    read = Cells(tuple(sheet.title for sheet in written.worksheets))
    for name, defined in written.defined_names.items():
        if defined.attr_text and not defined.hidden and not name.startswith("_xlnm"):
            read.names[name] = defined.attr_text
            read.comments[name] = defined.comment or ""
    for sheet in written.worksheets:
        _add_sheet(where, read, sheet, stored[sheet.title])
    if "xl/connections.xml" in zipfile.ZipFile(io.BytesIO(content)).namelist():
        read.notes.append("Its data connections are not refreshed.")
    return read


def _opened(where: str, content: bytes, values: bool) -> "Workbook":
    try:
        import openpyxl
    except ImportError:
        raise Unavailable(
            "package openpyxl",
            "is not installed, and workbooks need it.",
            "Install it with: pip install 'modelyard[scenarios]'",
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(content), data_only=values, keep_links=False)
    except Exception as fault:  # noqa: BLE001 (openpyxl lets through whatever a file provokes)
        words = " ".join(str(fault).split())[:200]
        raise Invalid(where, f"cannot be read as a workbook: {words}.") from None


def _add_sheet(where: str, read: Cells, sheet: "Worksheet", stored: "Worksheet") -> None:
    values = stored._cells  # iter_rows would walk the whole rectangle, however empty
    if len(read.cells) + len(values) > MOST_CELLS:
        raise Invalid(where, f"has more than {MOST_CELLS:,} cells.")
    for (row, column), cell in sheet._cells.items():
        if cell.value is None:
            continue
        kept = values.get((row, column))
        formula = _formula(cell.value) if cell.data_type == "f" else ""
        address = (sheet.title, row, column)
        value = cell.value if not formula else None if kept is None else kept.value
        read.cells[address] = StoredCell(
            value=_plain(value),
            formula=formula,
            number_format=cell.number_format or "General",
            is_date=bool(cell.is_date),
            is_error=kept is not None and kept.data_type == "e",
            note=cell.comment.text.strip() if cell.comment else "",
            is_locked=bool(sheet.protection.sheet and cell.protection.locked),
        )
        _add_spilled(read, address, cell.value)
    for table in sheet.tables.values():
        area = area_of(table.ref, sheet.title)
        if area is not None:
            read.tables[table.name.lower()] = area
    read.validations += [(sheet.title, item) for item in sheet.data_validations.dataValidation]


def _formula(value: Any) -> str:
    text = getattr(value, "text", value)
    if isinstance(text, str):
        return text if text.startswith("=") else f"={text}"
    return f"={type(value).__name__}"


def _add_spilled(read: Cells, address: Address, value: Any) -> None:
    area = area_of(getattr(value, "ref", None) or "", address[0])
    if area is None or area.is_cell or (area.bottom - area.top) > MOST_CELLS // 10:
        return
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            if (area.sheet, row, column) != address:
                read.spilled[area.sheet, row, column] = address


def _plain(value: Any) -> Any:
    """Give dates and times as the numbers that a workbook holds."""
    if isinstance(value, datetime | date | time | timedelta):
        from openpyxl.utils.datetime import to_excel

        return float(to_excel(value))
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)

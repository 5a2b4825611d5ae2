"""Workbooks as Excel would save them, with stored values beside formulas."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("ironcalc")
xlsxwriter = pytest.importorskip("xlsxwriter")

from modelyard.scenarios.sources import load_file  # noqa: E402
from modelyard.scenarios.what_if import WhatIf  # noqa: E402

Fill = Callable[..., None]


@pytest.fixture
def make(tmp_path: Path) -> Callable[[Fill], WhatIf]:
    """Write a workbook with a function that fills it, and load it."""

    def write_and_load(fill: Fill) -> WhatIf:
        write(tmp_path, fill)
        return load_file(tmp_path, "scenarios/book.xlsx")[0]

    return write_and_load


def write(folder: Path, fill: Fill) -> Path:
    path = folder / "scenarios" / "book.xlsx"
    path.parent.mkdir(exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    fill(book, book.add_worksheet("Model"))
    book.close()
    return path


@pytest.fixture
def simple(tmp_path: Path) -> Path:
    """A small workbook, as a file."""
    return write(tmp_path, fill_interest)


def fill_interest(book, sheet) -> None:
    """Two inputs and one output, by names."""
    sheet.write("A1", "Principal:")
    sheet.write_number("B1", 1000, book.add_format({"num_format": '"$"#,##0.00'}))
    sheet.write("A2", "Rate")
    sheet.write_number("B2", 0.05, book.add_format({"num_format": "0.00%"}))
    sheet.write("A4", "Interest")
    sheet.write_formula("B4", "=B1*B2", book.add_format({"num_format": '"$"#,##0.00'}), 50)
    book.define_name("Principal", "=Model!$B$1")
    book.define_name("Rate", "=Model!$B$2")
    book.define_name("Interest", "=Model!$B$4")


def put_part(path: Path, name: str, content: bytes) -> None:
    """Put a part into a workbook, in place of one of that name."""
    with zipfile.ZipFile(path) as archive:
        parts = {item.filename: archive.read(item) for item in archive.infolist()}
    parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)


@pytest.fixture
def interest() -> Fill:
    """Fill a workbook with two inputs and one output, by names."""
    return fill_interest


@pytest.fixture
def with_part() -> Callable[[Path, str, bytes], None]:
    """Put a part into a workbook, in place of one of that name."""
    return put_part

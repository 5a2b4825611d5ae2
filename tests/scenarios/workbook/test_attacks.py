"""Files that want to run something, reach something, or fill the memory are refused in words."""

import io
import zipfile

import pytest

from modelyard.errors import Invalid
from modelyard.scenarios.catalogue import open_scenarios
from modelyard.scenarios.sources import load_file
from modelyard.scenarios.workbook import package


def loaded(path):
    return load_file(path.parents[1], "scenarios/book.xlsx")[0]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("xl/vbaProject.bin", b"macro", "holds macros, which are never run"),
        ("xl/macrosheets/sheet1.xml", b"<x/>", "holds macros"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>", "has links to other workbooks"),
        ("xl/sharedStrings.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "XML entities"),
        ("xl/styles.xml", b"<! ENTITY a>", "XML entities"),
        ("xl/styles.xml", "<x/>".encode("utf-16"), "is not UTF-8"),
        ("xl/workbook.xml", b"<not xml", "cannot be read as a workbook"),
    ],
)
def test_parts_that_are_not_opened(simple, name, content, words, with_part):
    with_part(simple, name, content)
    with pytest.raises(Invalid, match=words) as fault:
        loaded(simple)
    assert fault.value.where.startswith("scenarios/book.xlsx")


def test_what_is_no_workbook_is_said(simple):
    simple.write_bytes(b"hello")
    with pytest.raises(Invalid, match=r"is damaged, or no .xlsx file"):
        loaded(simple)
    simple.write_bytes(b"\xd0\xcf\x11\xe0" + b"x" * 600)
    with pytest.raises(Invalid, match=r"has a password, or is an old .xls file"):
        loaded(simple)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    simple.write_bytes(content.getvalue())
    with pytest.raises(Invalid, match=r"is no .xlsx workbook"):
        loaded(simple)


def test_a_zip_bomb_is_not_unpacked(simple, with_part):
    with_part(simple, "xl/media/image1.png", b"\0" * (package.MOST_BYTES + 1))
    assert simple.stat().st_size < 1_000_000
    with pytest.raises(Invalid, match="unpacks to more than 200 MiB"):
        loaded(simple)


def test_thousands_of_parts_are_refused(simple):
    with zipfile.ZipFile(simple, "a") as archive:
        for number in range(package.MOST_PARTS):
            archive.writestr(f"xl/media/{number}.png", b"")
    with pytest.raises(Invalid, match="parts; the most is 2,000"):
        loaded(simple)


def test_a_cell_at_the_far_end_costs_nothing(make):
    def fill(book, sheet):
        sheet.write_number("A1", 1)
        sheet.write_number("XFD1048576", 2)
        sheet.write_formula("A2", "=A1+SUM(B:XFD)", None, 3)
        book.define_name("start", "=Model!$A$1")
        book.define_name("end", "=Model!$A$2")
        book.define_name("all", "=Model!$A$1:$XFD$1048576")

    with pytest.raises(Invalid):  # the block of everything is no table
        make(fill)


@pytest.mark.parametrize("name", ["book.xlsm", "book.xls", "book.ods"])
def test_other_kinds_of_workbook_say_what_to_do(tmp_path, name):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / name).write_bytes(b"x")
    found = open_scenarios(tmp_path)
    assert "Save it as .xlsx" in str(found.faults[f"scenarios/{name}"])


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("=" + "(" * 4000 + "1" + ")" * 4000, "nested deeper than 100"),
        ("=" + "IF(1," * 1000 + "1" + ")" * 1000, "nested deeper than 100"),
        ("=" + "-" * 20_000 + "1", "a formula of 20,001 characters"),
        ("=SUM(B2:XFD1048576)", "look at more than 10 million cells"),
        ("=LET(f,LAMBDA(f,n,f(f,n+1)),f(f,1))", "uses LAMBDA, with which a formula may call"),
    ],
)
def test_formulas_that_would_kill_the_engine_never_reach_it(make, interest, formula, words):
    def fill(book, sheet):
        interest(book, sheet)
        sheet.write_formula("E1", formula, None, 1)

    with pytest.raises(Invalid, match=words):
        make(fill)


def test_cells_in_a_circle_are_an_error_of_the_output(make):
    def fill(book, sheet):
        sheet.write_number("A1", 1)
        sheet.write_formula("A2", "=A3+A1", None, "#CIRC!")
        sheet.write_formula("A3", "=A2", None, "#CIRC!")
        book.define_name("start", "=Model!$A$1")
        book.define_name("end", "=Model!$A$2")

    with pytest.raises(Invalid, match="#CIRC!"):
        make(fill).run()

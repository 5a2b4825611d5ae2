"""A workbook is published only where its outputs can be trusted."""

import pytest

from modelyard.errors import Invalid


def filled(interest, formula, value, names=()):
    """Interest, with one more formula that an output does or does not look at."""

    def fill(book, sheet):
        interest(book, sheet)
        sheet.write_formula("B5", formula, None, value)
        for name, place in names:
            book.define_name(name, place)

    return fill


@pytest.mark.parametrize(
    ("formula", "value", "words"),
    [
        ("=B1*2", 1999, r"Model!B5 \(is 2000, and 1999 was stored\)"),
        ("=B1*2", "", r"Model!B5 \(is 2000, and no value was stored\)"),
        ("=AGGREGATE(9,6,B1:B2)", 1000.05, r"uses AGGREGATE, which the engine lacks"),
        ("=B1+RAND()*0", 1000, r"uses RAND, which changes by itself: make it an input"),
        ("=TODAY()", 46000, r"uses TODAY, which changes by itself"),
        ("=1/0", 5, r"is #DIV/0!, and '5'|is #DIV/0!, and 5"),
    ],
)
def test_a_cell_that_cannot_be_trusted_is_named_where_an_output_needs_it(
    make, formula, value, words, interest
):
    alone = make(filled(interest, formula, value))
    assert "Left aside, as no output depends on them" in alone.notes[0]
    with pytest.raises(Invalid, match=rf"is not published: 1 cell that outputs .*{words}"):
        make(filled(interest, formula, value, [("wrong", "=Model!$B$5")]))


@pytest.mark.parametrize(
    "between",
    ["=C5+1", "=SUM(C4:C6)", "=SUM(C:C)", "=SUM(5:5)", "=helper+1", "=INDIRECT(\"C5\")",
     "=OFFSET(C4,1,0)", "=Model!C5", "=IF(TRUE,1,C5)", "=LET(a,C5,a+1)"],
)  # fmt: skip
def test_dependence_is_traced_through_other_cells(make, between, interest):
    def fill(book, sheet):
        interest(book, sheet)
        sheet.write_formula("C5", "=B1*2", None, 1)  # another value than the engine's
        sheet.write_formula("E9", between, None, 2)
        book.define_name("helper", "=Model!$C$5")
        book.define_name("needs", "=Model!$E$9")

    with pytest.raises(Invalid, match=r"outputs depend on cannot be trusted: .*Model!"):
        make(fill)


def test_an_array_formula_counts_for_all_its_cells(make, interest):
    def fill(book, sheet):
        interest(book, sheet)
        sheet.write_array_formula("D1:D2", "{=B1:B2*2}", None, 2000)
        sheet.write_number("D2", 7)  # what was stored beside it
        sheet.write_formula("E1", "=D2+1", None, 8)
        book.define_name("needs", "=Model!$E$1")

    with pytest.raises(Invalid, match=r"Model!D2|Model!E1"):
        make(fill)


def test_the_same_value_written_otherwise_is_the_same(make, interest):
    def fill(book, sheet):
        interest(book, sheet)
        sheet.write_formula("C1", '=IF(B1>0,"","x")', None, "")
        sheet.write_formula("C2", "=B1>0", None, True)
        sheet.write_formula("C3", "=0.1+0.2", None, 0.3)
        sheet.write_formula("C4", "=1/0", None, "#DIV/0!")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_formula("C5", "=DATE(2026,1,2)", day, 46024)

    assert make(fill).notes == ()

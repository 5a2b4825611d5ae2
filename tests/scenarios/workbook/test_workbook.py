"""A workbook is a model as it stands: names, sheets or a sidecar say what goes in and out."""

from datetime import date

import pytest

from modelyard.errors import Denied, Invalid
from modelyard.scenarios.sources import load_file
from modelyard.scenarios.workbook.cells import area_of, column_name, column_number
from modelyard.workspace.starter.loan_workbook import write_loan_workbook


def test_names_become_parameters_and_outputs(make, interest):
    model = make(interest)
    principal, rate = model.parameters
    assert (principal.name, principal.kind, principal.unit) == ("principal", "money", "USD")
    assert (principal.title, principal.default) == ("Principal", 1000.0)
    assert (rate.kind, rate.default) == ("percent", 0.05)
    assert [(one.name, one.kind, one.unit) for one in model.outputs] == [
        ("interest", "money", "USD")
    ]
    assert model.run(rate="6%", principal="2000")["interest"] == pytest.approx(120)


def test_bounds_choices_and_help_come_from_data_validation(make):
    def fill(book, sheet):
        sheet.write_row("A1", [10, 3, 0.5, "fast", 46024, True, 7])
        sheet.write_row("A3", [7, 12])
        sheet.write_formula("A2", '=A1*B1+IF(D1="fast",1,2)+IF(F1,10,20)+G1+E1*0', None, 48)
        sheet.set_column("E:E", 12, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_number("E1", 46024, book.add_format({"num_format": "yyyy-mm-dd"}))
        for cell, rule in {
            "A1": {"validate": "decimal", "criteria": "<=", "value": "=$B$1*1"},
            "B1": {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": "=$A$3",
                   "input_message": "How many"},
            "C1": {"validate": "decimal", "criteria": ">=", "value": "=A1"},
            "D1": {"validate": "list", "source": ["fast", "slow"]},
            "E1": {"validate": "date", "criteria": "between", "minimum": date(2026, 1, 1),
                   "maximum": date(2026, 12, 31)},
            "G1": {"validate": "list", "source": "=$A$3:$B$3"},
        }.items():  # fmt: skip
            sheet.data_validation(cell, rule | {"ignore_blank": False})
        for number, name in enumerate(("aa", "bb", "cc", "dd", "ee", "ff", "gg")):
            book.define_name(name, f"=Model!${column_name(number + 1)}$1")
        book.define_name("result", "=Model!$A$2")

    with pytest.raises(Invalid, match=r"Model!C1, default: 0.5 is below the minimum 10.0 \(aa\)"):
        make(fill)

    def fixed(book, sheet):
        fill(book, sheet)
        sheet.write_number("C1", 20)
        sheet.write_number("G1", 7)
        sheet.write_formula("A2", '=A1*B1+IF(D1="fast",1,2)+IF(F1,10,20)+G1+E1*0', None, 48)

    model = make(fixed)
    found = {one.name: one for one in model.parameters}
    assert (found["bb"].kind, found["bb"].minimum, found["bb"].maximum) == ("integer", 1, 7)
    assert found["bb"].help == "How many"
    assert str(found["cc"].minimum) == "aa"
    assert found["dd"].choices == ("fast", "slow")
    assert (found["ee"].kind, found["ee"].default) == ("date", date(2026, 1, 2))
    assert found["ee"].maximum == date(2026, 12, 31)
    assert found["ff"].choices == ("TRUE", "FALSE")
    assert found["gg"].choices == ("7", "12")
    answer = model.run(dd="slow", ff="FALSE", gg="12", ee="2026-02-01")
    assert answer["result"] == 10 * 3 + 2 + 20 + 12
    assert any("its bound $B$1*1 is not kept" in note for note in model.notes)
    with pytest.raises(Invalid, match="8 is above the maximum 7"):
        model.run(bb=8)


def test_sheets_called_inputs_and_outputs_say_it_too(make):
    def fill(book, sheet):
        inputs, outputs = book.add_worksheet("Inputs"), book.add_worksheet("Outputs")
        inputs.write_row("A1", ["Name", "Value", "Unit", "Minimum", "Group", "Note"])
        inputs.write_row("A2", ["Units sold (a day)", 12, "pieces", 0, "Sales", "Average"])
        inputs.write_row("A3", ["Price", 2.5, "EUR"])
        inputs.write("A4", "Follows")
        inputs.write_formula("B4", "=B2*2", None, 24)
        outputs.write_row("A1", ["Revenue"])
        outputs.write_formula("B1", "=Inputs!B2*Inputs!B3", None, 30)
        outputs.write("C1", "EUR")

    model = make(fill)
    units, price = model.parameters
    assert (units.name, units.title, units.unit) == (
        "units_sold", "Units sold (a day)", "pieces",
    )  # fmt: skip
    assert (units.minimum, units.group, units.help) == (0, "Sales", "Average")
    assert price.name == "price"
    assert model.notes == ("Inputs!B4 is a formula, so it is no input.",)
    assert model.run(units_sold="20 pieces")["revenue"] == 50


def test_a_sidecar_file_lists_cells(simple):
    simple.with_suffix(".toml").write_text("""
title = "Simple interest"
[parameters.rate]
cell = "Model!B2"
maximum = 0.2
locked = false
help = "Yearly."
[outputs.earned]
cell = "Interest"
unit = "EUR"
""")
    model = load_file(simple.parents[1], "scenarios/book.xlsx")[0]
    assert model.title == "Simple interest"
    assert [one.name for one in model.parameters] == ["rate"]
    assert model.outputs[0].unit == "EUR"
    with pytest.raises(Invalid, match=r"0.3 is above the maximum 0.2"):
        model.run(rate="30%")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense = 1", "book.toml: unknown key 'nonsense'"),
        ("[parameters.x]\nkind = 'number'", "book.toml, parameters.x: names no cell"),
        ("[parameters.x]\ncell = 'Elsewhere!A1'", "is no cell of the workbook"),
        ("[parameters.x]\ncell = 'B4'\n[outputs.y]\ncell = 'B4'", "is a formula, so it cannot"),
        ("[parameters.x]\ncell = 'Z9'\n[outputs.y]\ncell = 'B4'", "is empty, and an input needs"),
        ("[parameters.x]\ncell = 'B1'\nminimun = 3\n[outputs.y]\ncell = 'B4'", "unknown key 'mini"),
        ("[parameters.x]\ncell = 'B1'", "has no outputs"),
        ("x = ", "is not TOML"),
    ],
)
def test_a_sidecar_file_is_read_strictly(simple, text, words):
    simple.with_suffix(".toml").write_text(text)
    with pytest.raises(Invalid, match=words):
        load_file(simple.parents[1], "scenarios/book.xlsx")


def test_blocks_of_cells_are_tables(make):
    def fill(book, sheet):
        share = book.add_format({"num_format": "0%"})
        sheet.write_row("A1", ["Year", "Growth"])
        for row in (2, 3):
            sheet.write_number(f"A{row}", 2024 + row)
            sheet.write_number(f"B{row}", 0.1, share)
        sheet.write_row("D1", ["Year", "Size"])
        sheet.write_formula("D2", "=A2", None, 2026)
        sheet.write_formula("E2", "=100*(1+B2)", None, 110)
        sheet.write_formula("D3", '=IF(B3>0,A3,"")', None, 2027)
        sheet.write_formula("E3", '=IF(B3>0,E2*(1+B3),"")', None, 121)
        book.define_name("plan", "=Model!$A$2:$B$3")
        book.define_name("sizes", "=Model!$D$2:$E$3")

    model = make(fill)
    assert [column.kind for column in model.get_parameter("plan").columns] == ["number", "percent"]
    answer = model.run(plan="2030:20%,2031:-1%")
    assert answer["sizes"] == [{"year": 2030, "size": pytest.approx(120)}]
    with pytest.raises(Invalid, match="has 1 rows, and 2 to 2 are wanted"):
        model.run(plan="2030:20%")


def test_locked_cells_of_a_protected_sheet_are_locked(make, interest):
    def fill(book, sheet):
        interest(book, sheet)
        sheet.write_number("B2", 0.05, book.add_format({"num_format": "0.00%", "locked": False}))
        sheet.protect()

    model = make(fill)
    assert [one.access for one in model.parameters] == ["locked", "open"]
    with pytest.raises(Denied, match=r"principal: is locked at 1,000.00 USD"):
        model.run(principal=5)


def test_an_error_in_an_output_is_said_with_its_cell(make, interest):
    def fill(book, sheet):
        interest(book, sheet)
        sheet.write_formula("B4", "=B1/B2", None, 20_000)

    with pytest.raises(Invalid, match="interest: Model!B4 is #DIV/0!: something is divided by zer"):
        make(fill).run(rate=0)


def test_a_text_from_outside_never_becomes_a_formula(make):
    def fill(book, sheet):
        sheet.write("A1", "hello")
        sheet.write_formula("A2", '="<"&A1&">"', None, "<hello>")
        book.define_name("word", "=Model!$A$1")
        book.define_name("shown", "=Model!$A$2")

    assert make(fill).run(word="=1+1")["shown"] == "<=1+1>"


def test_outputs_without_a_number_format_are_named_with_the_cure(make, interest):
    def fill(book, sheet):
        interest(book, sheet)
        sheet.write_formula("B5", "=B1*B2/8", None, 6.25)
        sheet.write_formula("B6", "=B1*2", None, 2000)
        book.define_name("Monthly", "=Model!$B$5")
        book.define_name("Twice", "=Model!$B$6")

    (note,) = make(fill).notes
    assert note.startswith("Without a number format, so shown as bare numbers: monthly.")
    assert "`kind` and `unit` in book.toml" in note


def test_the_example_workbook_is_the_loan_to_the_cent(tmp_path, example):
    (tmp_path / "scenarios").mkdir()
    write_loan_workbook(tmp_path / "scenarios" / "loan_workbook.xlsx")
    model = load_file(tmp_path, "scenarios/loan_workbook.xlsx")[0]
    assert model.notes == ()
    for values in ({}, {"rate": "8.24%", "months": 12, "principal": 2500}, {"rate": "3.1%"}):
        ours, exact = model.run(**values), example["loan"].run(**values)
        assert ours["payment"] == pytest.approx(float(exact["payment"]), abs=1e-9)
        assert ours["total_interest"] == pytest.approx(float(exact["total_interest"]), abs=1e-6)
        assert [round(row["balance"], 2) for row in ours["schedule_rows"]] == [
            float(line["balance"]) for line in exact["schedule"]
        ]


def test_the_workbook_takes_part_in_everything(make, interest):
    model = make(interest)
    assert model.goal_seek("interest", 60, "rate").value == pytest.approx(0.06)
    assert model.sensitivity("interest").bars[0].swing == pytest.approx(10)
    found = model.monte_carlo({"rate": "uniform(1%, 9%)"}, draws=500)
    assert found.spreads["interest"].mean == pytest.approx(50, abs=5)
    assert found.way == "one by one"


def test_addresses_are_read_and_written():
    assert str(area_of("'My sheet'!$B$2:AA10")) == "'My sheet'!B2:AA10"
    assert area_of("nonsense") is None
    assert area_of("A0", "S") is None
    assert area_of("XFE1", "S") is None
    assert all(column_number(column_name(number)) == number for number in (1, 26, 27, 702, 16_384))

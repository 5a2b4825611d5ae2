"""A scenario goes to Excel and comes back; nothing in it runs."""

import io

import polars as pl
import pytest

from modelyard.errors import Denied, Invalid
from modelyard.scenarios.exchange.frames import csv_of, frame_of, parquet_of, summary_frame
from modelyard.scenarios.exchange.safe import safe_text
from modelyard.scenarios.passport import passport_of

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

from modelyard.scenarios.exchange.excel import write_excel  # noqa: E402
from modelyard.scenarios.exchange.filled_in import read_excel  # noqa: E402


def written(model, **values):
    answer = model.run(**values)
    return write_excel(model, answer, passport_of(answer), "Base")


def changed(content, cells, sheet="Inputs"):
    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell, value in cells.items():
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["loan", "dcf", "subscription"])
def test_what_is_downloaded_can_be_uploaded_again(example, name):
    model = example[name]
    assert read_excel(model, written(model)) == model.run().as_json()["inputs"]


def test_the_workbook_has_inputs_outputs_tables_and_passport(example):
    book = openpyxl.load_workbook(io.BytesIO(written(example["loan"])))
    assert book.sheetnames == ["Inputs", "Outputs", "Passport", "schedule"]
    assert book["Inputs"]["B3"].value == 0.07
    assert book["Outputs"]["B2"].value == 1995.91
    assert book["schedule"].max_row == 361
    words = [row[0] for row in book["Passport"].values]
    assert {"Scenario", "Code (SHA-256)", "Version of modelyard"} <= set(words)


def test_filled_in_values_are_taken(example):
    content = changed(written(example["loan"]), {"B3": 0.05, "B4": 180})
    given = read_excel(example["loan"], content)
    assert (given["rate"], given["months"]) == ("0.05", 180)
    table = changed(written(example["dcf"]), {"B2": 20_000}, "cash_flows")
    assert read_excel(example["dcf"], table)["cash_flows"][0]["cash_flow"] == 20_000


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"B3": "=1/20"}, "Inputs!B3: holds a formula. Put the number itself in"),
        ({"B3": 7}, "rate: 7 is above the maximum 1"),
        ({"B4": 1.5}, "months: 1.5 is not a whole number"),
        ({"B2": "much"}, "'much' is not a number"),
        ({"B2": None}, "principal: is missing"),
        ({"A2": "x", "A3": "x", "A4": "x", "A5": "x"}, "has none of the parameters"),
    ],
)
def test_what_was_filled_in_wrongly_is_said(example, cells, words):
    content = changed(written(example["loan"]), cells)
    with pytest.raises(Invalid, match=words):
        read_excel(example["loan"], content, "plan.xlsx")


def test_a_locked_value_that_was_changed_is_refused(house):
    assert read_excel(house, written(house))["price"] == "200000"
    with pytest.raises(Denied, match="fee: is locked"):
        read_excel(house, changed(written(house), {"B4": 0.5}))


def test_no_text_becomes_a_formula(load):
    model = load(
        "@what_if\ndef f(x: str = \"=HYPERLINK('http://evil')\") -> str:\n    return '=' + x"
    )
    book = openpyxl.load_workbook(io.BytesIO(written(model)))
    assert book["Inputs"]["B2"].data_type == "s"
    assert book["Outputs"]["B2"].data_type == "s"
    csv = csv_of(frame_of(model.outputs[0], model.run()["result"])).decode()
    assert "\n'=" in csv or "\n\"'=" in csv


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@x", "\t=1", " =1", "＝1"])
def test_texts_that_would_run_are_made_safe(text):
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-1.5", "+3", "plain", "", 5, None])
def test_numbers_and_plain_texts_stay(value):
    assert safe_text(value) == value


def test_tables_keep_their_types_as_parquet(example):
    loan = example["loan"]
    answer = loan.run()
    frame = frame_of(loan.get_output("schedule"), answer["schedule"])
    read = pl.read_parquet(io.BytesIO(parquet_of(frame)))
    assert read.schema["payment"] == pl.Decimal(38, 2)
    assert read["interest"].sum() == answer["total_interest"]
    summary = summary_frame(loan, {"base": answer, "half": loan.run(months=180)})
    assert summary["scenario"].to_list() == ["base", "half"]
    assert summary["months"].to_list() == [360, 180]

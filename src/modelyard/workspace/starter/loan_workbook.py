"""The example's workbook: the loan again, as a team would keep it in a spreadsheet."""

from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from modelyard.errors import Unavailable

PRINCIPAL, RATE, MONTHS = Decimal(300_000), Decimal("0.07"), 360
LAST = MONTHS + 1
CENT = Decimal("0.01")
MONEY, SHARE, COUNT = "[$USD] #,##0.00", "0.00%", '0 "months"'
HEADINGS = ("Month", "Payment", "Interest", "Principal", "Balance")


def write_loan_workbook(path: Path) -> None:
    """Write the workbook, with the values that Excel would store beside its formulas.

    Raises Unavailable where the package that writes it is missing.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise Unavailable(
            "package xlsxwriter",
            "is not installed, and it writes the example's workbook.",
            "Install it with: pip install 'modelyard[example]'",
        ) from None
    lines = list(_schedule())
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": "Loan amortisation", "created": datetime(2026, 1, 1)})
    formats = {text: book.add_format({"num_format": text}) for text in (MONEY, SHARE, COUNT)}
    _write_loan(book.add_worksheet("Loan"), formats, lines)
    _write_schedule(book.add_worksheet("Schedule"), formats, lines)
    for name, cell in (
        *(("Principal", "Loan!$B$3"), ("Rate", "Loan!$B$4"), ("Months", "Loan!$B$5")),
        *(("Payment", "Loan!$B$8"), ("Last_payment", "Loan!$B$9")),
        *(("Total_interest", "Loan!$B$10"), ("Schedule_rows", f"Schedule!$A$2:$E${LAST}")),
    ):
        book.define_name(name, f"={cell}")
    book.close()


def _schedule() -> Iterator[tuple[int, Decimal, Decimal, Decimal, Decimal]]:
    growth = (1 + RATE / 12) ** MONTHS
    payment = _cents(PRINCIPAL * RATE / 12 * growth / (growth - 1))
    balance = PRINCIPAL
    for month in range(1, MONTHS + 1):
        interest = _cents(balance * RATE / 12)
        paid = balance + interest if month == MONTHS else payment
        balance = balance + interest - paid
        yield month, paid, interest, paid - interest, balance


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def _write_loan(sheet: Any, formats: dict[str, Any], lines: list[tuple[Any, ...]]) -> None:
    sheet.set_column("A:A", 24)
    sheet.set_column("B:B", 18)
    sheet.write("A1", "Loan amortisation: change B3, B4 and B5")
    for row, (label, value, shape, rule) in enumerate(
        (
            ("Principal", float(PRINCIPAL), MONEY, ("decimal", 1, 100_000_000)),
            ("Yearly rate", float(RATE), SHARE, ("decimal", 0, 1)),
            ("Months", MONTHS, COUNT, ("integer", 1, MONTHS)),
        ),
        start=2,
    ):
        sheet.write(row, 0, label)
        sheet.write_number(row, 1, value, formats[shape])
        kind, low, high = rule
        bounds = {"criteria": "between", "minimum": low, "maximum": high}
        sheet.data_validation(row, 1, row, 1, {"validate": kind, **bounds})
    total = sum(line[2] for line in lines)
    for row, (label, formula, value) in enumerate(
        (
            ("Monthly payment", "=ROUND(PMT(Rate/12,Months,-Principal),2)", lines[0][1]),
            ("Last payment", f"=INDEX(Schedule!B2:B{LAST},Months)", lines[-1][1]),
            ("Total interest", f"=SUM(Schedule!C2:C{LAST})", total),
        ),
        start=7,
    ):
        sheet.write(row, 0, label)
        sheet.write_formula(row, 1, formula, formats[MONEY], float(value))


def _write_schedule(sheet: Any, formats: dict[str, Any], lines: list[tuple[Any, ...]]) -> None:
    sheet.set_column("B:E", 16)
    for column, heading in enumerate(HEADINGS):
        sheet.write(0, column, heading)
    for row, line in enumerate(lines, start=2):
        owed = "Principal" if row == 2 else f"E{row - 1}"
        month = "=1" if row == 2 else f'=IF(A{row - 1}="","",IF(A{row - 1}<Months,A{row - 1}+1,""))'
        rest = f"IF(A{row}=Months,{owed}+C{row},MIN(Payment,{owed}+C{row}))"
        formulas = (
            month,
            f'=IF(A{row}="","",ROUND({rest},2))',
            f'=IF(A{row}="","",ROUND({owed}*Rate/12,2))',
            f'=IF(A{row}="","",ROUND(B{row}-C{row},2))',
            f'=IF(A{row}="","",ROUND({owed}-D{row},2))',
        )
        for column, (formula, value) in enumerate(zip(formulas, line, strict=True)):
            shape = None if column == 0 else formats[MONEY]
            sheet.write_formula(row - 1, column, formula, shape, float(value))

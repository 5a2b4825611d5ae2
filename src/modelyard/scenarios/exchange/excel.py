"""A scenario as .xlsx: inputs, outputs and passport, each on a sheet; written by XlsxWriter."""

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

from modelyard.errors import Unavailable
from modelyard.scenarios.execute import Answer
from modelyard.scenarios.expression import Expression
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.passport import Passport
from modelyard.scenarios.values import shown
from modelyard.scenarios.what_if import WhatIf

INPUTS, OUTPUTS, PASSPORT = "Inputs", "Outputs", "Passport"
HEAD = ("Name", "Value", "Unit", "Title", "May be changed", "Help")
LONGEST_SHEET_NAME = 31
LONGEST_LIST = 255
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def write_excel(what_if: WhatIf, answer: Answer, passport: Passport, name: str = "") -> bytes:
    """Write an answer as a workbook.

    Texts are written as texts, so none becomes a formula. Tables get a sheet of their own. Raises
    Unavailable where XlsxWriter is missing.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise Unavailable(
            "package xlsxwriter",
            "is not installed, and Excel files need it.",
            "Install it with: pip install 'modelyard[scenarios]'",
        ) from None
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, OPTIONS)
    book.set_properties({"title": what_if.shown_title, "created": datetime(2000, 1, 1)})
    writer = _Writer(book)
    writer.inputs(what_if, answer)
    writer.outputs(what_if, answer)
    writer.passport(what_if, passport, name)
    writer.tables(what_if, answer)
    book.close()
    return content.getvalue()


class _Writer:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[str, Any] = {}
        self._names: set[str] = set()

    def _format(self, number_format: str = "General", **options: Any) -> Any:
        key = f"{number_format}{options}"
        if key not in self._formats:
            made = {"num_format": number_format, **options}
            self._formats[key] = self._book.add_format(made)
        return self._formats[key]

    def _sheet(self, wanted: str) -> Any:
        base = "".join("_" if char in "[]:*?/\\'" else char for char in wanted)
        name, number = base[:LONGEST_SHEET_NAME], 2
        while name.lower() in self._names:
            name, number = f"{base[: LONGEST_SHEET_NAME - 4]}_{number}", number + 1
        self._names.add(name.lower())
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 5, 22)
        return sheet

    def _head(self, sheet: Any, texts: tuple[str, ...]) -> None:
        for column, text in enumerate(texts):
            sheet.write_string(0, column, text, self._format(bold=True))
        sheet.freeze_panes(1, 0)

    def _cell(
        self, sheet: Any, row: int, column: int, item: Output | Parameter, value: Any
    ) -> None:
        if value is None:
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value[:32_767])
        elif item.kind == "date":
            sheet.write_datetime(row, column, value, self._format("yyyy-mm-dd"))
        else:
            sheet.write_number(row, column, float(value), self._format(_number_format(item)))

    def inputs(self, what_if: WhatIf, answer: Answer) -> None:
        sheet = self._sheet(INPUTS)
        self._head(sheet, HEAD)
        for row, parameter in enumerate(what_if.parameters, start=1):
            value = answer.values[parameter.name]
            if parameter.kind == "table":
                sheet.write_string(row, 1, f"see the sheet {parameter.name}")
            else:
                self._cell(sheet, row, 1, parameter, value)
                _validate(sheet, row, parameter)
            words = (parameter.name, None, parameter.unit, parameter.shown_title,
                     "yes" if parameter.access == "open" else f"no: {parameter.access}",
                     parameter.help)  # fmt: skip
            for column, text in enumerate(words):
                if text is not None:
                    sheet.write_string(row, column, text)

    def outputs(self, what_if: WhatIf, answer: Answer) -> None:
        sheet = self._sheet(OUTPUTS)
        self._head(sheet, (*HEAD[:4], "Accuracy", "Help"))
        for row, output in enumerate(what_if.outputs, start=1):
            value = answer.outputs[output.name]
            if output.kind == "table":
                sheet.write_string(row, 1, f"see the sheet {output.name}")
            else:
                self._cell(sheet, row, 1, output, value)
            words = (output.name, None, output.unit, output.shown_title, output.accuracy,
                     output.help)  # fmt: skip
            for column, text in enumerate(words):
                if text is not None:
                    sheet.write_string(row, column, text)

    def tables(self, what_if: WhatIf, answer: Answer) -> None:
        pairs: list[tuple[Output | Parameter, Any]] = [
            *((item, answer.values[item.name]) for item in what_if.parameters),
            *((item, answer.outputs[item.name]) for item in what_if.outputs),
        ]
        for item, rows in pairs:
            if item.kind != "table":
                continue
            sheet = self._sheet(item.name)
            self._head(sheet, tuple(column.name for column in item.columns))
            columns: tuple[Output | Parameter, ...] = item.columns
            for number, row in enumerate(rows, start=1):
                for place, column in enumerate(columns):
                    self._cell(sheet, number, place, column, row[column.name])

    def passport(self, what_if: WhatIf, passport: Passport, name: str) -> None:
        sheet = self._sheet(PASSPORT)
        lines = [
            ("Scenario", name),
            ("Model", what_if.name),
            ("Passport", passport.id),
            ("Code (SHA-256)", passport.code),
            ("Outputs (SHA-256)", passport.outputs),
            ("Seed", "" if passport.seed is None else str(passport.seed)),
            *((f"Dataset {key}", value) for key, value in passport.datasets.items()),
            *((f"Version of {key}", value) for key, value in passport.versions.items()),
            *((f"Note {number}", note) for number, note in enumerate(what_if.notes, start=1)),
        ]
        for row, (label, text) in enumerate(lines):
            sheet.write_string(row, 0, label, self._format(bold=True))
            sheet.write_string(row, 1, text)


def _number_format(item: Output | Parameter) -> str:
    if item.kind == "percent":
        return "0.00##########%"
    if item.kind == "integer":
        return "0"
    if item.kind == "money":
        return "#,##0." + "0" * (2 if item.places is None else item.places)
    return "General"


def _validate(sheet: Any, row: int, parameter: Parameter) -> None:
    """Let Excel refuse what the model would refuse, as far as fixed bounds go."""
    low, high = parameter.minimum, parameter.maximum
    if parameter.kind == "choice" and len(",".join(parameter.choices)) <= LONGEST_LIST:
        source = list(parameter.choices)
        sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": source})
    elif isinstance(low, Decimal) and isinstance(high, Decimal):
        kind = "integer" if parameter.kind == "integer" else "decimal"
        limits = {"criteria": "between", "minimum": float(low), "maximum": float(high)}
        words = f"From {shown(parameter, low)} to {shown(parameter, high)}"
        sheet.data_validation(
            row, 1, row, 1, {"validate": kind, **limits, "error_message": words[:255]}
        )
    elif isinstance(high, Expression):
        sheet.write_comment(row, 1, f"At most {high}")

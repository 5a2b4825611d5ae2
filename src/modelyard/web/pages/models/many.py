"""Asking a model for rows that are pasted from a sheet."""

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from modelyard.errors import ModelyardError
from modelyard.models.input_faults import BadInput, InputFault
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.pages.models.counted import predicted
from modelyard.web.pages.models.frame import framed, require_asking
from modelyard.web.pages.models.sheet import MOST_ROWS, Sheet, answered, example_sheet, read_sheet
from modelyard.web.query import Query

if TYPE_CHECKING:
    from modelyard.models.flags import Flag

SHOWN_ROWS = 100
SHOWN_FLAGS = 20
blueprint = Blueprint("model_page_many", __name__)


@blueprint.get("/models/<name>/rows")
@guarded("read", "model")
def form(name: str) -> Response:
    """Show the form, with the example as a row."""
    query = Query(request.args, "version")
    return many(name, query.text("version"), None)


@blueprint.post("/models/<name>/rows")
@guarded("read", "model")
def ask(name: str) -> Response:
    """Answer rows."""
    given = Query(request.form, "version", "rows")
    return many(name, given.text("version"), given.text("rows"))


def many(name: str, selector: str, text: str | None) -> Response:
    """Show the form with what was pasted, and the answers behind it; no text shows the example."""
    try:
        served = live().records.models.predictors.get(name, selector)
    except ModelyardError as fault:
        return framed("models/nothing_served.html", name, "rows", fault, newest=None)
    found = served.predictor.description
    context: dict[str, Any] = {"text": example_sheet(found) if text is None else text}
    wrong: ModelyardError | None = None
    if text is not None:
        try:
            require_asking(name)
            sheet = read_sheet(text)
            given = predicted(served, sheet.records(found.signature.fields))
            context |= _shown(answered(sheet, found, given), given.flags)
        except BadInput as fault:
            wrong, context["faults"] = fault, [fault_words(one) for one in fault.faults]
        except ModelyardError as fault:
            wrong = fault
    return framed(
        "models/rows.html",
        name,
        "rows",
        wrong,
        chosen=served.version,
        selector=selector,
        most_rows=MOST_ROWS,
        **context,
    )


def fault_words(fault: InputFault) -> str:
    """Say what is wrong, with the line of the sheet: names stand in the first."""
    line = "" if fault.row is None else f"line {fault.row + 2}, "
    return f"{line}{fault.field}: {fault.why} {fault.cure}".strip()


def _shown(sheet: Sheet, flags: "tuple[Flag, ...]") -> dict[str, Any]:
    shown = [f"line {flag.row + 2}, {flag.field}: {flag.why}" for flag in flags[:SHOWN_FLAGS]]
    return {
        "answer": sheet,
        "shown_rows": sheet.rows[:SHOWN_ROWS],
        "answer_text": sheet.text(),
        "warnings": shown,
        "more_warnings": len(flags) - len(shown),
    }

"""Golden rows: what every later version must predict too, recorded and looked at."""

import json
from typing import Any

from flask import Blueprint, Response, request

from modelyard.errors import Conflict, Invalid, ModelyardError
from modelyard.models.golden import MOST_ROWS, TOLERANCE
from modelyard.models.golden import record as record_rows
from modelyard.models.version import Golden
from modelyard.web import guard
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.pages.models.asking import json_of, read_record
from modelyard.web.pages.models.frame import find_served, framed
from modelyard.web.pages.models.golden_checks import checks_of
from modelyard.web.pages.page import led_to
from modelyard.web.query import Query

NOTES = {
    "recorded": "They are recorded: every name that moves is checked against them first.",
    "added": "The row is recorded with the others.",
    "dropped": "Nothing is demanded of later versions any more.",
}
blueprint = Blueprint("model_page_golden", __name__)


@blueprint.get("/models/<name>/golden")
@guarded("read", "model")
def show(name: str) -> Response:
    """Show the golden rows, and what a version predicts for them."""
    query = Query(request.args, "done", "version")
    return golden_page(name, note=NOTES.get(query.text("done"), ""), selector=query.text("version"))


@blueprint.post("/models/<name>/golden")
@guarded("write", "model")
def record(name: str) -> Response:
    """Keep what a version predicts for some rows."""
    given = Query(request.form, "rows", "tolerance", "version", "seen")
    text = given.text("rows")
    try:
        tolerance = given.number("tolerance", TOLERANCE, 0, 1)
        _refuse_overtaken(name, given.text("seen"))
        live().records.models.record_golden(
            name,
            read_rows(text),
            by=guard.asker(),
            selector=given.text("version"),
            tolerance=tolerance,
        )
    except ModelyardError as fault:
        return golden_page(name, fault, typed=text)
    return led_to(f"/models/{name}/golden?done=recorded")


@blueprint.post("/models/<name>/golden/add")
@guarded("write", "model")
def add(name: str) -> Response:
    """Record one more row, beside those that are there."""
    given = Query(request.form, "record", "version")
    try:
        _add(name, read_record(given.text("record")), given.text("version"))
    except ModelyardError as fault:
        return golden_page(name, fault)
    return led_to(f"/models/{name}/golden?done=added")


@blueprint.post("/models/<name>/golden/drop")
@guarded("write", "model")
def drop(name: str) -> Response:
    """Demand nothing of later versions any more."""
    given = Query(request.form, "seen")
    try:
        _refuse_overtaken(name, given.text("seen"))
        live().records.models.drop_golden(name, by=guard.asker())
    except ModelyardError as fault:
        return golden_page(name, fault)
    return led_to(f"/models/{name}/golden?done=dropped")


def read_rows(text: str) -> list[dict[str, Any]]:
    """Read records from JSON: a list, or one on each line; raises Invalid."""
    plain = text.strip()
    if not plain:
        raise Invalid("rows", "are missing.", "Give records as JSON, one on each line.")
    try:
        found = json.loads(plain)
    except (ValueError, RecursionError):
        return [_line(number, line) for number, line in enumerate(plain.splitlines(), start=1)]
    rows = found if isinstance(found, list) else [found]
    if not all(isinstance(row, dict) for row in rows):
        raise Invalid("rows", "are no JSON objects with the names of the inputs.")
    return rows


def golden_page(
    name: str,
    fault: ModelyardError | None = None,
    note: str = "",
    selector: str = "",
    typed: str = "",
) -> Response:
    """Show the golden rows as a version answers them, with what was wrong with what was sent."""
    registry = live().records.models
    golden = registry.find_golden(name)
    served = find_served(registry.get_model(name))
    version = registry.get_version(name, selector) if selector else served
    found = served.description if served else None
    lines = [json_of(row.input) for row in golden.rows] if golden else []
    example = [json_of(found.example)] if found and found.example else []
    return framed(
        "models/golden.html",
        name,
        "golden",
        fault,
        golden=golden,
        chosen=version,
        checks=checks_of(version) if version and golden else None,
        opened=[one for one in registry.list_versions(name) if one.state == "opened"],
        typed=typed or "\n".join(lines or example),
        seen=stamp_of(golden),
        usual=TOLERANCE,
        most=MOST_ROWS,
        note=note,
    )


def stamp_of(golden: Golden | None) -> str:
    """Give what tells one recording from another."""
    return golden.recorded_at.isoformat() if golden else ""


def _refuse_overtaken(name: str, seen: str) -> None:
    golden = live().records.models.find_golden(name)
    if stamp_of(golden) != seen:
        who = f" by {golden.recorded_by}" if golden else ""
        raise Conflict(
            "golden rows",
            f"they were changed{who} since this page was shown.",
            "Look at them as they are now, then send yours again.",
        )


def _add(name: str, row: dict[str, Any], selector: str) -> None:
    """Keep what a version predicts for a row; what is expected of the others stays."""
    registry = live().records.models
    known = registry.find_golden(name)
    kept = known.rows if known else ()
    if any(one.input == row for one in kept):
        raise Conflict("golden rows", "this row is among them already.")
    if len(kept) >= MOST_ROWS:
        raise Conflict("golden rows", f"are {MOST_ROWS:,} already.")
    served = registry.predictors.get(name, selector)
    golden = Golden(
        rows=(*kept, *record_rows(served.predictor, [row])),
        tolerance=known.tolerance if known else TOLERANCE,
        recorded_with=served.version.number,
        recorded_at=registry.rules.clock(),
        recorded_by=guard.asker().shown[:254],
    )
    registry.rules.keep_golden(name, golden, by=guard.asker())


def _line(number: int, text: str) -> dict[str, Any]:
    try:
        return read_record(text)
    except Invalid as fault:
        raise Invalid(f"rows, line {number}", fault.why, fault.cure) from None

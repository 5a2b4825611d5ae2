"""Asking a model on its page: a form made from its signature, and the answer beside it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from modelyard.errors import Invalid, ModelyardError
from modelyard.models.description import Description
from modelyard.models.input_faults import BadInput, InputFault
from modelyard.models.version import Version
from modelyard.web.live import live
from modelyard.web.needs import guarded
from modelyard.web.pages.models.answers import Shown, shown_answer
from modelyard.web.pages.models.counted import predicted
from modelyard.web.pages.models.frame import find_version, framed, host, require_asking
from modelyard.web.pages.models.questions import (
    NULL,
    key_of,
    keys_of,
    nulls_of,
    questions_of,
    record_of,
    written,
)
from modelyard.web.pages.models.snippets import Asked, lines_of, protocols_of
from modelyard.web.query import Query

if TYPE_CHECKING:
    from modelyard.models.serving import Served

MOST_FIELDS = 60
"""A model with more inputs is asked by JSON."""
LONGEST_LINK = 3000
VALUE_LENGTH = 12
"""About how long a value is in an address."""
OWN = ("_version", "_json", NULL)
blueprint = Blueprint("model_page_asking", __name__)


@dataclass(frozen=True)
class Attempt:
    """What was asked, and what came of it."""

    record: dict[str, Any]
    json: str = ""
    """The text of the record, where it was typed as JSON."""
    answer: Shown | None = None
    faults: tuple[InputFault, ...] = ()
    fault: ModelyardError | None = None


@blueprint.get("/models/<name>")
@guarded("read", "model")
def ask(name: str) -> Response:
    """Show the form, and the answer to what the address says."""
    return asked(name, request.args)


@blueprint.post("/models/<name>")
@guarded("read", "model")
def ask_at_length(name: str) -> Response:
    """Answer what does not fit into an address."""
    return asked(name, request.form)


def asked(name: str, given: Any) -> Response:
    """Show the form filled with what was given, and the answer."""
    selector = given.get("_version", "")
    try:
        served = live().records.models.predictors.get(name, selector)
    except ModelyardError as fault:
        newest = _newest(name)
        is_only_refused = not selector and newest is not None and newest.fault is not None
        told = None if is_only_refused else fault
        return framed("models/nothing_served.html", name, "ask", told, newest=newest)
    found = served.predictor.description
    Query(given, *OWN, *keys_of(found.signature.fields))
    is_json = len(found.signature.fields) > MOST_FIELDS
    attempt = _attempt(served, given, is_json)
    wrong = attempt.fault or (BadInput(attempt.faults) if attempt.faults else None)
    return framed(
        "models/ask.html",
        name,
        "ask",
        wrong,
        chosen=served.version,
        found=found,
        is_pinned=bool(selector),
        selector=selector,
        is_json=is_json,
        method="get" if fits_address(found) and not is_json else "post",
        questions=[] if is_json else questions_of(found, attempt.record, attempt.faults),
        other_faults=_others(found, attempt.faults),
        attempt=attempt,
        link=permalink(served.version, found, attempt),
        record_json=json_of(attempt.record),
        **_lines(name, selector, dict(found.example) if wrong else attempt.record, found),
    )


def fits_address(found: Description) -> bool:
    """Tell whether what a form asks may stand in an address: texts, and many names, do not."""
    length = sum(len(key) + VALUE_LENGTH for key in keys_of(found.signature.fields))
    return found.signature.shape != "texts" and length <= LONGEST_LINK


def json_of(record: Mapping[str, Any], indent: int | None = None) -> str:
    """Write a record as JSON."""
    return json.dumps(record, ensure_ascii=False, indent=indent)


def read_record(text: str) -> dict[str, Any]:
    """Read a record from JSON; raises Invalid."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Invalid("record", f"is not JSON: {fault}.") from None
    if not isinstance(record, dict):
        raise Invalid("record", "is no JSON object with the names of the inputs.")
    return record


def _attempt(served: "Served", given: Any, is_json: bool) -> Attempt:
    found = served.predictor.description
    fields = found.signature.fields
    is_asked = any(key in given for key in (*keys_of(fields), "_json", NULL))
    if not is_asked:
        return Attempt(dict(found.example), json_of(found.example, 2))
    text, record = given.get("_json", ""), {}
    try:
        nulls = given.getlist(NULL)
        record = read_record(text) if is_json else record_of(fields, given, nulls)
        require_asking(served.version.model)
        prediction = predicted(served, record)
    except BadInput as fault:
        return Attempt(record, text, faults=fault.faults)
    except ModelyardError as fault:
        return Attempt(record, text, fault=fault)
    return Attempt(record, text, shown_answer(found, prediction))


def permalink(version: Version, found: Description, attempt: Attempt) -> str:
    """Give an address that asks the same version the same again; empty where it is too long."""
    fields = found.signature.fields
    if attempt.answer is None or len(fields) > MOST_FIELDS:
        return ""
    nulls = nulls_of(fields, attempt.record)
    pairs = [
        (key_of(field), written(attempt.record[field.name]))
        for field in fields
        if field.name in attempt.record and field.name not in nulls
    ]
    pairs += [(NULL, name) for name in nulls] + [("_version", str(version.number))]
    link = f"/models/{version.model}?{urlencode(pairs)}"
    return link if len(link) <= LONGEST_LINK else ""


def _others(found: Description, faults: Sequence[InputFault]) -> list[InputFault]:
    """Give the faults that stand beside no input of the form."""
    return [fault for fault in faults if fault.field not in found.signature.names]


def _newest(name: str) -> Version | None:
    model = live().records.models.get_model(name)
    return find_version(name, str(model.last_number)) if model.last_number else None


def _lines(
    name: str, selector: str, record: Mapping[str, Any], found: Description
) -> dict[str, Any]:
    what = Asked(name, selector, record, found, host())
    return {"lines": lines_of(what), "protocols": protocols_of(what)}

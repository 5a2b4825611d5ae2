"""What goes wrong when a function is asked, as problem+json that names parameter and rule."""

import json
from typing import Any

from flask import Response

from modelyard.errors import ModelyardError, Unavailable
from modelyard.functions.faults import AnswerFault, FunctionFailed, RequestFault, TimedOut
from modelyard.web.problems import PROBLEM, answer_known, problem

UNREADABLE = frozenset({"json", "encoding", "length"})
"""The rules of a request that cannot even be read."""


def answer_fault(error: ModelyardError) -> Response:
    """Answer what a call raised."""
    if isinstance(error, RequestFault):
        return _broken_request(error)
    if isinstance(error, AnswerFault):
        return _known(500, "The function's answer breaks its document", error)
    if isinstance(error, FunctionFailed):
        return _with(_known(500, "The function failed", error), {"id": error.fault_id})
    if isinstance(error, TimedOut):
        return _known(504, "The function took too long", error)
    return answer_known(error)


def unserved(fault: ModelyardError, shows_source: bool) -> Unavailable:
    """Give the error of an operation that is described and has no function.

    File, line and reason are told where `shows_source`: in development.
    """
    if shows_source:
        return Unavailable(fault.where, fault.why, fault.cure)
    return Unavailable(
        "this operation", "is described and not served.", "`modelyard check` says why."
    )


def _broken_request(error: RequestFault) -> Response:
    status = 422
    if error.rule == "media type":
        status = 415
    elif error.rule in UNREADABLE:
        status = 400
    titles = {400: "Cannot be read", 415: "Unsupported media type", 422: "Breaks the document"}
    more = {"parameter": error.parameter, "in": error.place, "rule": error.rule}
    return _with(_known(status, titles[status], error), more)


def _known(status: int, title: str, error: ModelyardError) -> Response:
    return problem(status, title, error.why, where=error.where, cure=error.cure)


def _with(answer: Response, more: dict[str, Any]) -> Response:
    """Add members to a problem; a page for people is left as it is."""
    if answer.mimetype == PROBLEM:
        content = json.loads(answer.get_data()) | more
        answer.set_data(json.dumps(content, ensure_ascii=False))
    return answer

"""A function whose document says `x-run`: asking for it starts a run."""

from flask import Response

from modelyard.functions.operation import Operation
from modelyard.functions.request import Request, to_json
from modelyard.functions.work import KIND
from modelyard.web.api.runs import accepted, submit
from modelyard.web.body import find_idempotency_key


def start(operation: Operation, asked: Request) -> Response:
    """Start the run; 202 with its address.

    Raises RequestFault where the request breaks the document.
    """
    operation.check(asked)
    wanted = {"function": operation.name, "request": to_json(asked)}
    return accepted(*submit(KIND, wanted, find_idempotency_key()))

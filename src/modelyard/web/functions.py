"""The functions of the workspace over HTTP: they answer where the service has no route itself."""

from collections.abc import Container, Mapping
from pathlib import Path
from typing import cast

from flask import Flask, Response, g, request, send_file
from werkzeug.exceptions import MethodNotAllowed, NotFound

from modelyard.errors import ModelyardError
from modelyard.functions.bodies import FORMS
from modelyard.functions.catalogue import Functions
from modelyard.functions.operation import Operation
from modelyard.functions.request import Reply, Request, Upload
from modelyard.functions.routes import Match
from modelyard.web import guard
from modelyard.web.function_faults import answer_fault, unserved
from modelyard.web.function_rights import may_ask, may_know
from modelyard.web.headers import HEADERS
from modelyard.web.live import services

OUTCOME = "modelyard.outcome"
"""In the environ: the reply of a function that was called already, or what it raised."""


def install(app: Flask) -> None:
    """Have functions asked for addresses that are not the service's own.

    It comes after the guard's check, and finds out itself who may ask which function.
    """

    @app.before_request
    def ask_function() -> Response | None:
        if not isinstance(request.routing_exception, NotFound):
            return None
        functions = services().functions
        match = functions.find(request.path)
        if match is None and not functions.unserved.find(request.path):
            return None
        g.is_function = True
        if match is not None:
            g.route = next(iter(match.targets.values())).path
        outcome = request.environ.get(OUTCOME)
        try:
            answer = _answer(functions, match) if outcome is None else _known(outcome)
        except ModelyardError as error:
            return answer_fault(error)
        g.is_function = answer is not None
        return answer


def _answer(functions: Functions, match: Match[Operation] | None) -> Response | None:
    """Answer by the operation for the verb; None where nothing is here that may be known."""
    caller = guard.caller()
    if match is not None:
        verb = _verb(match.targets)
        operation = match.targets.get(verb)
        if operation is not None and may_ask(operation, caller):
            return _called(operation, _asked(operation, match.values_for(verb)))
    _refuse_unserved(functions)
    targets = match.targets if match else {}
    known = [verb for verb, one in targets.items() if may_know(one, caller)]
    return _other_verb(known) if known else None


def _verb(known: Container[str]) -> str:
    """Choose the verb: HEAD is answered as GET is, where the document says nothing of it."""
    method = request.method
    return "GET" if method == "HEAD" and "HEAD" not in known else method


def _other_verb(known: list[str]) -> Response:
    """Answer a verb that the address does not have; OPTIONS asks which it has."""
    allowed = sorted({*known, "OPTIONS", *(("HEAD",) if "GET" in known else ())})
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": ", ".join(allowed)})
    raise MethodNotAllowed(allowed)


def _refuse_unserved(functions: Functions) -> None:
    """Raise Unavailable where an operation is described and has no function.

    Whoever is not signed in is not told: it has no name yet by which it might be public.
    """
    fault = functions.find_fault(request.method, request.path)
    if fault is not None and guard.may_read_anything() and guard.asker().is_signed_in:
        raise unserved(fault, functions.tools.is_development)


def _known(outcome: Reply | Exception) -> Response:
    """Answer with what a door beside Flask has had a function do; raises what it raised."""
    if isinstance(outcome, Exception):
        raise outcome
    return response_of(outcome)


def _called(operation: Operation, asked: Request) -> Response:
    if operation.is_run:
        from modelyard.web.function_runs import start

        return start(operation, asked)
    return response_of(operation.call(asked))


def _asked(operation: Operation, path_values: Mapping[str, str]) -> Request:
    """Take what an operation needs from the request of HTTP."""
    is_form = operation.has_body and request.mimetype in FORMS
    return Request(
        path_values=path_values,
        query=request.query_string.decode("utf-8", "replace"),
        headers=cast("Mapping[str, str]", request.headers),
        cookies=request.cookies if "HTTP_COOKIE" in request.environ else {},
        body=request.get_data(cache=False) if operation.has_body and not is_form else b"",
        form=list(request.form.items(multi=True)) if is_form else (),
        files=[
            (name, Upload(file.filename or "", file.mimetype, file.read()))
            for name, file in request.files.items(multi=True)
        ]
        if is_form
        else (),
        asker=guard.asker(),
    )


def response_of(reply: Reply) -> Response:
    """Give a reply over HTTP; what the service itself says about safety cannot be said anew."""
    body = reply.body
    if isinstance(body, Path):
        answer = send_file(
            body,
            mimetype=reply.media_type or None,
            conditional=reply.status == 200,
            max_age=0,
        )
        if reply.status != 200:
            answer.status_code = reply.status
    else:
        answer = Response(body, reply.status, content_type=reply.media_type or None)
        if not reply.media_type:
            del answer.headers["Content-Type"]
    for name, value in own_headers(reply):
        answer.headers.add(name, value)
    return answer


def own_headers(reply: Reply) -> list[tuple[str, str]]:
    """List the headers that a function gave, without those that the service says itself."""
    return [pair for pair in reply.headers if pair[0].title() not in HEADERS]

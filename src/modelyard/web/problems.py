"""Errors as answers: RFC 9457 problem+json for programs, a page for people. One table."""

import json
import logging
import math
import secrets
from urllib.parse import quote

from flask import Flask, Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from modelyard import errors
from modelyard.errors import ModelyardError
from modelyard.web import guard
from modelyard.web.api.short import SHORT_ADDRESSES
from modelyard.web.journal import FAULT

log = logging.getLogger(__name__)

STATUS: dict[type[ModelyardError], tuple[int, str]] = {
    errors.NotFound: (404, "Not found"),
    errors.TooLarge: (413, "Too large"),
    errors.Invalid: (422, "Cannot be used as it is"),
    errors.SignInNeeded: (401, "Sign in first"),
    errors.Throttled: (429, "Too many attempts"),
    errors.Denied: (403, "Not allowed"),
    errors.Overtaken: (412, "Changed meanwhile"),
    errors.Conflict: (409, "Contradicts the present state"),
    errors.Unavailable: (503, "Not available"),
}
JSON_PREFIXES = ("/api/", "/health/", "/openapi.json", "/metrics")
PROBLEM = "application/problem+json"
LONGEST = 2000
"""How long each part of an error's words is at most, in characters."""


def install(app: Flask) -> None:
    """Answer every error in the shape that the caller can read; no trace leaves the server."""
    app.register_error_handler(ModelyardError, answer_known)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_unknown)


def answer_known(error: ModelyardError) -> Response:
    """Answer an error that names its place and cure; lead a person who is not known to sign in."""
    if isinstance(error, errors.SignInNeeded) and not wants_json():
        return to_sign_in()
    note(error)
    status, title = next((STATUS[kind] for kind in STATUS if isinstance(error, kind)), (500, ""))
    answer = problem(status, title, error.why, where=error.where, cure=error.cure)
    if status == 401:
        sent = ' error="invalid_token"' if guard.bearer_token() is not None else ""
        answer.headers["WWW-Authenticate"] = f'Bearer realm="modelyard"{"," + sent if sent else ""}'
    if isinstance(error, errors.Throttled):
        answer.headers["Retry-After"] = str(max(1, math.ceil(error.wait_s)))
    return answer


def note(error: ModelyardError) -> None:
    """Write into the log what a visitor is not told: why the database does not answer."""
    if isinstance(error, errors.Unreachable):
        log.warning("%s", error)


def to_sign_in() -> Response:
    """Lead to the page where one signs in, and from there back to this path."""
    wanted = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else "/"
    target = "/sign-in" + ("" if wanted == "/" else f"?next={quote(wanted, safe='/')}")
    answer = redirect(target, 303)
    return Response(answer.get_data(), 303, answer.headers)


def answer_http(error: HTTPException) -> ResponseReturnValue:
    """Answer Flask's own errors: no such address, wrong method, too large a body."""
    if error.code is not None and error.code < 400:
        return error.get_response()
    if error.code == 404:
        answer = problem(
            404,
            "Not found",
            "there is nothing at this address.",
            where=f"address '{request.path[:100]}'",
            cure="Look for a typo, or begin at the start page.",
        )
    else:
        answer = problem(error.code or 500, error.name, error.description or error.name)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(allowed)
    return answer


def answer_unknown(error: Exception) -> Response:
    """Answer a fault of ours with an id under which the log has the trace."""
    fault_id = request.environ[FAULT] = secrets.token_hex(6)
    log.error("fault %s at %s %s", fault_id, request.method, request.path, exc_info=error)
    return problem(
        500,
        "Something went wrong on our side",
        f"The server's log has the details under {fault_id}.",
    )


def problem(status: int, title: str, detail: str, where: str = "", cure: str = "") -> Response:
    """Give an error in the shape that the caller reads, cut where what was sent made it long."""
    detail, where, cure = (text[:LONGEST] for text in (detail, where, cure))
    if not wants_json():
        page = render_template(
            "problem.html", status=status, title=title, detail=detail, where=where, cure=cure
        )
        return Response(page, status, mimetype="text/html")
    content = {
        "type": f"/docs/errors#{status}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path[:LONGEST],
    }
    content |= {key: value for key, value in (("where", where), ("cure", cure)) if value}
    answer = Response(json.dumps(content, ensure_ascii=False), status, mimetype=PROBLEM)
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer


def wants_json() -> bool:
    """Tell whether the caller is a program."""
    if request.path.startswith(JSON_PREFIXES) or request.path in SHORT_ADDRESSES:
        return True
    if guard.bearer_token() is not None or request.is_json:
        return True
    if g.get("is_function"):
        return "text/html" not in request.headers.get("Accept", "")
    accepted = request.accept_mimetypes
    return accepted.best_match(["text/html", "application/json"]) == "application/json"

"""The reference of the API, where each question can be tried, and of its errors."""

import re
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, redirect, render_template, request

from modelyard.errors import NotFound
from modelyard.web import visible
from modelyard.web.api.documents import document, whole_document
from modelyard.web.needs import for_readers
from modelyard.web.pages.reference import groups_of
from modelyard.web.problems import STATUS

PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")
ERRORS = (
    (
        "The address, or the dataset or column it names, does not exist.",
        "Compare the name with the list in `cure`; names are case-sensitive.",
    ),
    (
        "What was sent is larger than this service takes.",
        "`detail` names the most; send less, or have the setting that bounds it raised.",
    ),
    (
        "A file or a parameter cannot be used as it is.",
        "`where` names the file and line, or the parameter; mend it there.",
    ),
    (
        "Nobody known asks, or the token that was sent does not hold.",
        "Sign in, or send a token that holds: `Authorization: Bearer TOKEN`.",
    ),
    (
        "There were too many attempts to sign in.",
        "Wait as many seconds as `Retry-After` says.",
    ),
    (
        "The caller may not do this, or the host name is not one this service answers to.",
        "`detail` says what is missing: a role, a scope, or the host name in "
        "`MODELYARD_ALLOWED_HOSTS`.",
    ),
    (
        "Somebody else changed meanwhile what the request was made from; nothing was overwritten.",
        "Read it again, and make the change from what it says now.",
    ),
    (
        "The request contradicts the present state.",
        "Look at the present state, then ask again.",
    ),
    (
        "A part that is needed is missing, busy or cannot be reached.",
        "Ask again after `Retry-After` seconds; where a package is missing, `cure` names it.",
    ),
)
OTHER_ERRORS = (
    (400, "Bad request", "The request is not valid HTTP.", "Check the client."),
    (405, "Method not allowed", "The address does not know this method.", "`Allow` names those."),
    (
        415,
        "Unsupported media type",
        "The body is of a type that the operation does not take.",
        "`detail` names those that it takes.",
    ),
    (
        504,
        "The function took too long",
        "A function of the workspace was not done in its time.",
        "Ask for less, or let it have more time: `x-timeout-s` in its document.",
    ),
    (
        500,
        "Something went wrong on our side",
        "A fault of Modelyard; the server's log has the details under the id in the answer.",
        "Report it with that id.",
    ),
)
blueprint = Blueprint("docs", __name__, url_prefix="/docs")


@blueprint.get("")
@for_readers
def reference() -> Response:
    """Show the reference."""
    content = whole_document()
    page = render_template(
        "docs/reference.html",
        info=content["info"],
        groups=groups_of(content, document()["paths"]),
        example=_example(),
        host=request.host_url.rstrip("/"),
    )
    return Response(page, mimetype="text/html")


@blueprint.get("/errors")
@for_readers
def errors() -> Response:
    """Show what can go wrong."""
    known = [
        (status, title, *words)
        for (status, title), words in zip(STATUS.values(), ERRORS, strict=True)
    ]
    page = render_template("docs/errors.html", errors=sorted([*known, *OTHER_ERRORS]))
    return Response(page, mimetype="text/html")


@blueprint.get("/try")
@for_readers
def try_it() -> Response:
    """Lead a form of the reference to the address that it means; works without JavaScript."""
    path = request.args.get("_path", "")
    if path not in whole_document()["paths"]:
        raise NotFound("parameter '_path'", f"'{path[:80]}' is not an address of the API.")
    names = PLACEHOLDER.findall(path)
    filled = PLACEHOLDER.sub(lambda m: quote(request.args.get(m[1], ""), safe=""), path)
    asked = [
        (key, value)
        for key, value in request.args.items(multi=True)
        if value and key != "_path" and key not in names
    ]
    answer = redirect(filled + (f"?{urlencode(asked)}" if asked else ""))
    return Response(answer.get_data(), answer.status_code, answer.headers)


def _example() -> str:
    """Give the dataset that the forms are filled with."""
    return visible.find_default() or ""

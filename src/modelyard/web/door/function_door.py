"""Functions answered before Flask, whose own dispatch costs more than most of them do.

It answers what is plain: somebody who may ask, and an answer in one piece. All else is Flask's,
which also says every error: a function that was called already is not called again, its reply or
its fault goes along with the request.
"""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from flask import Flask
from werkzeug.datastructures import EnvironHeaders
from werkzeug.exceptions import SecurityError
from werkzeug.sansio.http import parse_cookie
from werkzeug.wsgi import get_host

from modelyard.accounts.actor import Actor
from modelyard.errors import ModelyardError, NotFound
from modelyard.functions.bodies import FORMS
from modelyard.functions.operation import Operation
from modelyard.functions.request import Reply, Request
from modelyard.web.caller import Caller
from modelyard.web.door.bodies import read_up_to
from modelyard.web.door.door import LINES
from modelyard.web.door.entrance import Entrance
from modelyard.web.function_rights import may_ask
from modelyard.web.functions import OUTCOME, own_headers
from modelyard.web.live import LiveServices
from modelyard.web.places import BodyPlaces, has_no_body
from modelyard.web.watch import count_answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST_BODY = 64 * 1024
"""In bytes; larger ones take Flask's way, where reading them is most of the work."""
BODILESS_STATUS = frozenset({204, 205, 304})
MADE_ABSOLUTE = frozenset({"location", "content-location"})
"""Headers that Flask makes addresses of."""


class Found(NamedTuple):
    """An operation for an address, with what the address says."""

    operation: Operation
    values: Mapping[str, str]


class FunctionDoor:
    """Stands before Flask, behind the door of models."""

    def __init__(
        self,
        inside: "WSGIApplication",
        live: LiveServices,
        entrance: Entrance,
        places: BodyPlaces,
        own_words: frozenset[str],
    ) -> None:
        self._inside = inside
        self._live = live
        self._entrance = entrance
        self._places = places
        self._own_words = own_words

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer, or have Flask answer."""
        found = self._find(environ)
        asked = self._asked(environ, found) if found is not None else None
        if found is None or asked is None:
            return self._inside(environ, start_response)
        operation = found.operation
        try:
            reply = operation.call(asked)
        except Exception as error:  # noqa: BLE001 (Flask's way says what it was)
            environ[OUTCOME] = error
            return self._inside(environ, start_response)
        headers = _plain_headers(reply)
        if headers is None:
            environ[OUTCOME] = reply
            return self._inside(environ, start_response)
        count_answer(environ, operation.path, reply.status)
        start_response(LINES[reply.status], headers)
        return [cast("bytes", reply.body)]

    def _find(self, environ: "WSGIEnvironment") -> Found | None:
        """Find what answers; None for Flask's own addresses, and where it must look closer."""
        path: str = environ["PATH_INFO"]
        if path[1:].partition("/")[0] in self._own_words or not path.isascii() or "//" in path:
            return None
        match = self._live.current().functions.find(path)
        verb = environ["REQUEST_METHOD"]
        operation = match.targets.get(verb) if match is not None else None
        if match is None or operation is None or operation.is_run or verb == "HEAD":
            return None
        return Found(operation, match.values_for(verb))

    def _asked(self, environ: "WSGIEnvironment", found: Found) -> Request | None:
        """Make the request for an operation; None where Flask has to look at it."""
        operation = found.operation
        try:
            actor = self._admitted(environ, operation)
            body = b"" if has_no_body(environ) else self._read(environ, operation)
        except (ModelyardError, SecurityError):
            return None
        if body is None:
            return None
        return Request(
            path_values=found.values,
            query=_query(environ),
            headers=cast("Mapping[str, str]", EnvironHeaders(environ)),
            cookies=parse_cookie(environ["HTTP_COOKIE"]) if "HTTP_COOKIE" in environ else {},
            body=body,
            asker=actor,
        )

    def _admitted(self, environ: "WSGIEnvironment", operation: Operation) -> Actor:
        """Give who asks, where they may and the Host header is one; raises why not."""

        def require(actor: Actor) -> None:
            get_host(environ)
            if not may_ask(operation, Caller(actor, self._live)):
                raise NotFound(operation.name, "is secret.")

        return self._entrance.admit(environ, operation, require)

    def _read(self, environ: "WSGIEnvironment", operation: Operation) -> bytes | None:
        """Read a small body; Flask finds it again, where it has to answer."""
        length = environ.get("CONTENT_LENGTH") or ""
        media = (environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()
        is_plain = operation.has_body and media not in FORMS
        if "HTTP_TRANSFER_ENCODING" in environ or not is_plain or not length.isdecimal():
            return None
        if int(length) > LARGEST_BODY:
            return None
        with self._places.taken(self._live.answers):
            content = read_up_to(environ["wsgi.input"], int(length))
        environ["wsgi.input"] = BytesIO(content)
        return content if len(content) == int(length) else None


def own_words(app: Flask) -> frozenset[str]:
    """List with which words the addresses of the service's own begin."""
    return frozenset(rule.rule[1:].partition("/")[0] for rule in app.url_map.iter_rules())


def _query(environ: "WSGIEnvironment") -> str:
    """Give what stands behind the `?`; WSGI writes each of its bytes as one character."""
    text: str = environ.get("QUERY_STRING", "")
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


def _plain_headers(reply: Reply) -> list[tuple[str, str]] | None:
    """List the headers of an answer in one piece; None for others."""
    body: Any = reply.body
    if type(body) is not bytes or not reply.media_type or reply.status not in LINES:
        return None
    if reply.status < 200 or reply.status in BODILESS_STATUS:
        return None
    headers = [("Content-Type", reply.media_type), ("Content-Length", str(len(body)))]
    if reply.headers:
        given = own_headers(reply)
        if any(name.lower() in MADE_ABSOLUTE for name, _ in given):
            return None
        headers += given
    return headers

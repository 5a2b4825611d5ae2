"""What every answer carries, and which host names are answered at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.wsgi import get_host

from modelyard.errors import Denied
from modelyard.settings import LOOPBACK, Settings
from modelyard.web.askers import ASKED_BY
from modelyard.web.cookies import ENCRYPTED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
LENGTH = len("cache-control")
TLS_ONLY = "max-age=31536000"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SafeAnswers:
    """The layer around all doors that gives every answer these headers, and refuses strangers.

    What was made for somebody is kept by nobody else: it is `no-store` where nothing else is said.
    """

    def __init__(self, door: "WSGIApplication", settings: Settings) -> None:
        self._door = door
        self._fixed = tuple(HEADERS.items())
        self._is_https = settings.public_url.startswith("https://")

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Have the doors inside answer, and add the headers to what they say."""

        def start(status: str, headers: Any, fault: Any = None) -> Any:
            added = [*headers, *self._fixed]
            if self._is_https or environ["wsgi.url_scheme"] in ENCRYPTED:
                added.append(("Strict-Transport-Security", TLS_ONLY))
            if is_personal(environ) and not says_how_long(headers):
                added.append(("Cache-Control", "no-store"))
            return start_response(status, added, fault)

        return self._door(environ, start)


@dataclass(frozen=True)
class Neighbours:
    """Who may ask a service that has no login: programs and pages of the machine it runs on.

    A page on the web could have its own name resolve to 127.0.0.1 and read that service through
    the visitor's browser (DNS rebinding); the browser then sends that page's host name, so only
    known names are answered.
    """

    is_restricted: bool
    names: frozenset[str]

    def refuse_strangers(self, environ: "WSGIEnvironment") -> None:
        """Pass where a neighbour asks; raises Denied for a strange host name or another site."""
        if not self.is_restricted:
            return
        if host_name(environ.get("HTTP_HOST") or get_host(environ)) not in self.names:
            raise Denied(
                "Host header",
                "this service answers on localhost only.",
                "Add the name to MODELYARD_ALLOWED_HOSTS.",
            )
        if is_from_another_site(environ):
            raise Denied("Sec-Fetch-Site header", "another web site may not use this service.")


def neighbours_of(settings: Settings) -> Neighbours:
    """Say whom a service with these settings answers."""
    return Neighbours(
        is_restricted=settings.is_loopback and not settings.public,
        names=LOOPBACK | set(settings.allowed_hosts) | _host_of(settings.public_url),
    )


def install(app: Flask, settings: Settings) -> None:
    """Refuse host names that are not this service's, and other sites."""
    neighbours = neighbours_of(settings)

    @app.before_request
    def refuse_strangers() -> None:
        neighbours.refuse_strangers(request.environ)


def is_personal(environ: "WSGIEnvironment") -> bool:
    """Tell whether the answer was made for somebody; the laptop's own are nobody else's."""
    actor = environ.get(ASKED_BY)
    return actor is not None and actor.kind not in {"laptop", "visitor"}


def says_how_long(headers: "Iterable[tuple[str, str]]") -> bool:
    """Tell whether an answer says itself how long it may be kept."""
    for name, _ in headers:  # noqa: SIM110 (at every answer: a generator costs a microsecond)
        if len(name) == LENGTH and name.lower() == "cache-control":
            return True
    return False


def _host_of(url: str) -> set[str]:
    return {urlsplit(url).hostname or ""} if url else set()


def is_from_another_site(environ: "WSGIEnvironment") -> bool:
    """Tell whether a page of another site asks in the background, as with an <img>.

    Its answer would not be shown to that page, but the work would be done. A link that somebody
    follows is no such request.
    """
    crosses = environ.get("HTTP_SEC_FETCH_SITE") == "cross-site"
    return crosses and environ.get("HTTP_SEC_FETCH_MODE") != "navigate"


def host_name(host: str) -> str:
    """Give the name in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
